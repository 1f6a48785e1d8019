import * as z from 'zod';
import type { PendingAuditEvent } from '../audit/audit-event.ts';
import { Clinic } from '../clinics/clinic.ts';
import { InvitedEmail } from '../clinics/members/invitation.ts';
import { Role } from '../clinics/members/member.ts';
import { E164 } from '../e164.ts';
import { ClinicId } from '../ids.ts';
import { type TrunkLogin, TrunkName } from './trunk-login.ts';

/** The steps by which a clinic joins, in their order. */
export const joiningSteps = [
  'create-clinic',
  'get-numbers',
  'bind-numbers',
  'publish-instructions',
  'invite-members',
  'open-clinic',
  'send-welcome',
  'test-ring',
] as const;
/** The steps that undo them, when one fails for good or the clinic leaves. */
export const leavingSteps = ['close-clinic', 'release-numbers', 'revoke-access'] as const;

export const OnboardingStep = z.enum([...joiningSteps, ...leavingSteps]);
export type OnboardingStep = z.infer<typeof OnboardingStep>;

/** A number to buy. Retell sells in these countries; elsewhere a clinic brings its own. */
export const NumberWish = z.strictObject({
  country: z.enum(['US', 'CA']),
  areaCode: z.int().min(200).max(999).optional(),
});
export type NumberWish = z.infer<typeof NumberWish>;

/** A number of the clinic's own that reaches the agents over SIP: from its carrier, or from a trunk at Twilio. */
export const BroughtNumber = z.strictObject({
  number: E164,
  /** Where the carrier takes calls, such as `clinic.pstn.twilio.com`. */
  terminationUri: z
    .string()
    .max(200)
    .regex(
      /^(?:sip:)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{2,5})?$/i,
      'must be the host of a SIP trunk such as clinic.pstn.twilio.com',
    ),
  transport: z.enum(['UDP', 'TCP', 'TLS']).default('TLS'),
  /** Of a trunk that asks for a user and a password: the name under which they are kept. */
  login: TrunkName.optional(),
});
export type BroughtNumber = z.infer<typeof BroughtNumber>;

/** A text of the clinic for its agents. */
export const OrderedInstructions = z.strictObject({
  channel: z.enum(['voice', 'web', 'whatsapp', 'sms']).default('voice'),
  scope: z.enum(['base', 'receptionist', 'supervisor']).default('base'),
  text: z.string().trim().min(1).max(12_000),
});
export type OrderedInstructions = z.infer<typeof OrderedInstructions>;

/** Somebody who is to be a member, and becomes one by a click in the e-mail they get. */
export const OrderedMember = z.strictObject({ email: InvitedEmail, role: Role });
export type OrderedMember = z.infer<typeof OrderedMember>;

/** What a clinic that joins wants besides what it is. */
export const Wishes = z.strictObject({
  buyNumber: NumberWish.optional(),
  importNumbers: z.array(BroughtNumber).max(20).default([]),
  instructions: z.array(OrderedInstructions).max(12).default([]),
  /** The first owner of a clinic comes by this way. */
  members: z.array(OrderedMember).max(20).default([]),
});
export type Wishes = z.infer<typeof Wishes>;

/** What is asked for. A clinic that buys its number has none in `clinic`; what it imports is among those it has. */
export const OnboardingOrder = Wishes.extend({ clinic: Clinic });
export type OnboardingOrder = z.infer<typeof OnboardingOrder>;

/** Who asked for it: a person who signed in, or somebody at a command line. */
export const OrderedBy = z.object({ actorType: z.enum(['platform', 'user']), actorId: z.string() });
export type OrderedBy = z.infer<typeof OrderedBy>;

/** `undone`: it failed, and nothing of it is left. `left`: the clinic was here and is gone. */
export const OnboardingState = z.enum(['joining', 'joined', 'undoing', 'undone', 'leaving', 'left']);
export type OnboardingState = z.infer<typeof OnboardingState>;

/** A number, and how it came, by which it goes: what was bought or imported is given back, anything else only unbound. */
export const HeldNumber = z.object({ number: E164, came: z.enum(['bought', 'imported', 'attached']) });
export type HeldNumber = z.infer<typeof HeldNumber>;

/** How far a clinic has come. */
export const Onboarding = z.object({
  clinicId: ClinicId,
  state: OnboardingState,
  /** What was ordered, as text: see `orderOf`. */
  order: z.string().optional(),
  by: OrderedBy,
  /** When each step was done, in epoch milliseconds. */
  done: z.partialRecord(OnboardingStep, z.int()),
  /** What the workflow was last started for, and how often it was: each execution may be started once. */
  go: z.enum(['join', 'undo', 'leave']),
  run: z.int().positive(),
  /** The name of its numbers at the vendor. Another only once what it may have bought was given back. */
  reservation: z.string(),
  /** A purchase was begun, and until then may still be under way. */
  purchase: z.object({ leaseUntilMs: z.int() }).optional(),
  numbers: z.array(HeldNumber),
  /** Of one that comes back: until when what it left is kept, should nothing come of it. */
  retainUntil: z.iso.date().optional(),
  /** Why it was undone. */
  failure: z.string().optional(),
  version: z.int().positive(),
});
export type Onboarding = z.infer<typeof Onboarding>;

/** What a step makes of it. */
export type OnboardingChange = Partial<Omit<Onboarding, 'clinicId' | 'version'>>;

/** As an order is kept and compared. */
export const orderText = (order: OnboardingOrder): string => JSON.stringify(order);

/** As many as one process goes through at a time. */
const mostRead = 100;
const read = new Map<string, OnboardingOrder>();

/** What was ordered. Every step begins with it, so what was read is remembered. @throws Error when nothing was */
export function orderOf({ order: text }: Pick<Onboarding, 'order'>): OnboardingOrder {
  if (text === undefined) throw new Error('nothing was ordered');
  const known = read.get(text);
  if (known) return known;
  const order = OnboardingOrder.parse(JSON.parse(text));
  const [oldest] = read.size >= mostRead ? read.keys() : [];
  if (oldest !== undefined) read.delete(oldest);
  read.set(text, order);
  return order;
}

/** Steps that are done, in the order in which they are taken. */
export const stepsDone = ({ done }: Pick<Onboarding, 'done'>): OnboardingStep[] =>
  OnboardingStep.options.filter((step) => done[step] !== undefined);

/** Of one joining or leaving of a clinic, for those who ask how it goes. */
export const onboardingIdOf = ({ clinicId, run }: Pick<Onboarding, 'clinicId' | 'run'>): string => `${clinicId}-${run}`;

/** States in which a workflow is to bring it to its end. */
const goingOn = ['joining', 'undoing', 'leaving'] as const;
type GoingOn = (typeof goingOn)[number];

export const isUnderWay = <One extends Pick<Onboarding, 'state'>>(one: One): one is One & { state: GoingOn } =>
  goingOn.some((state) => state === one.state);

/** Refused for good: trying again does not help. Its message is for the person who ordered. */
export class OnboardingRefused extends Error {
  override name = 'OnboardingRefused';
}

/** A purchase may still be under way: ask again after its lease. */
export class PurchaseInFlight extends Error {
  override name = 'PurchaseInFlight';
}

/** It is certain that the vendor did not do it. `forGood`: nor will it when asked again. */
export class NumberNotGiven extends Error {
  override name = 'NumberNotGiven';
  readonly forGood: boolean;
  constructor(message: string, { forGood, cause }: { forGood: boolean; cause?: unknown }) {
    super(message, { cause });
    this.forGood = forGood;
  }
}

export interface OnboardingStore {
  get(clinicId: ClinicId): Promise<Onboarding | undefined>;
  /** Those of these clinics that there are. */
  ofClinics(clinicIds: readonly ClinicId[]): Promise<Onboarding[]>;
  /** Writes a beginning, on record with it. `changed-meanwhile`: it is not the next version of what is stored. */
  begin(next: Onboarding, event: PendingAuditEvent): Promise<'saved' | 'changed-meanwhile'>;
  /**
   * Writes what changes of it and answers its next version; nothing when what is stored is not `before` any more. An
   * attribute that becomes `undefined` goes.
   */
  advance(before: Onboarding, change: OnboardingChange): Promise<Onboarding | undefined>;
}

/** Where telephone numbers are bought, brought to and bound to agents. */
export interface NumberMarket {
  /** The numbers there under a reservation. */
  find(reservation: string): Promise<string[]>;
  /** @throws NumberNotGiven when that is certain; after any other error nobody knows */
  buy(order: NumberWish & { reservation: string }): Promise<string>;
  /** `there-already`: somebody else had put the number there. @throws NumberNotGiven */
  bring(
    number: Omit<BroughtNumber, 'login'> & { reservation: string; login?: TrunkLogin },
  ): Promise<'imported' | 'there-already'>;
  /** `not-held`: the number is not of our account there; whoever carries it has its own settings. */
  bind(number: string, agentId: string, webhookUrl: string): Promise<'bound' | 'not-held'>;
  /**
   * Nothing answers the number any more, though it is kept; one that asks somebody else by now is left alone, and one
   * that came under a reservation, for whomever, is given back.
   */
  unbind(number: string, webhookUrl: string): Promise<void>;
  /** Gives the number back; one that is gone already is given back. */
  release(number: string): Promise<void>;
}

/** Numbers of our own account at Twilio, which asks us what to do with their rings and messages. */
export interface CarrierNumbers {
  /**
   * Has its messages brought to us and, with `voice`, its rings. Done again it changes nothing. `trunk`: its rings were
   * wanted, but a SIP trunk takes them, which is left so. `not-held`: the number is not of our account.
   */
  attach(number: string, wanted: { voice: boolean }): Promise<'attached' | 'trunk' | 'not-held'>;
  /** Whatever of its addresses is ours goes; what is somebody else's stays. */
  detach(number: string): Promise<void>;
}

/** Rings a number as the vendor does, as far as our answer. */
export interface TestRing {
  /** The clinic our answer names. */
  ring(number: string, agentId: string): Promise<string | undefined>;
}
