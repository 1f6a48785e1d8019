import { type Handle, queryService } from './endpoint.ts';
import { accountId } from './identity.ts';

/** Who asks is always the same made-up account. */
export const sts = (): Handle =>
  queryService('https://sts.amazonaws.com/doc/2011-06-15/', {
    GetCallerIdentity: () =>
      `<Arn>arn:aws:iam::${accountId}:root</Arn><UserId>${accountId}</UserId><Account>${accountId}</Account>`,
  });
