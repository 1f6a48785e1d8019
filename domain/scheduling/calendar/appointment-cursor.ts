import * as z from 'zod';
import { AppointmentId } from '../../ids.ts';

/** Given back to us, a cursor turned out to be none of ours. */
export class InvalidCursor extends Error {
  override name = 'InvalidCursor';
}

/** Where an appointment stands in the order of starts: the start in ISO 8601, then the id. */
const Position = z.templateLiteral([z.iso.datetime({ precision: 3 }), '#', AppointmentId]);

/** What a caller may hand back to continue behind the appointment at `position`. */
export const cursorAt = (position: string): string => Buffer.from(position).toString('base64url');

/** The position behind which a page begins. @throws InvalidCursor */
export function positionOf(cursor: string): string {
  const position = Position.safeParse(Buffer.from(cursor, 'base64url').toString());
  if (!position.success) throw new InvalidCursor('a cursor is not one of ours', { cause: position.error });
  return position.data;
}
