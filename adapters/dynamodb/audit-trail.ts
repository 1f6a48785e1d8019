import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { AuditTrail } from '#domain/audit/audit-trail.ts';
import { auditWrite } from './clinic-writes.ts';
import type { Table } from './table.ts';

/** Acts that are a write of their own. */
export const createAuditTrail = (audit: Table): AuditTrail => ({
  async record(event) {
    const { Put } = auditWrite(audit.name, event);
    await audit.client.send(new PutItemCommand({ ...Put, TableName: audit.name, Item: Put?.Item }));
  },
});
