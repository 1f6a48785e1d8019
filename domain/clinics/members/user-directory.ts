import type { UserId } from '../../ids.ts';

/** Who can sign in, at the identity provider. */
export interface UserDirectory {
  /**
   * The person of an address that is proved to be theirs: the account there is, or a new one, whose first password the
   * provider sends them. The same address is the same person, however often it is asked.
   */
  ensure(email: string): Promise<UserId>;
}
