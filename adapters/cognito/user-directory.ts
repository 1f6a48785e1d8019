import {
  AdminCreateUserCommand,
  AdminGetUserCommand,
  type AttributeType,
  CognitoIdentityProviderClient,
  UsernameExistsException,
  UserNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider';
import { limits } from '#adapters/aws/limits.ts';
import type { Clock } from '#domain/clock.ts';
import type { UserDirectory } from '#domain/clinics/members/user-directory.ts';
import { UserId } from '#domain/ids.ts';

/** A temporary password is good for three days; whoever still has none of their own after one gets another. */
const freshMs = 24 * 3_600_000;

/** The people of a Cognito user pool, in which an e-mail address is the name to sign in with. */
export function createUserDirectory(
  userPoolId: string,
  clock: Clock,
  client = new CognitoIdentityProviderClient(limits(3_000, 2)),
): UserDirectory {
  return {
    async ensure(email) {
      return (await known(email)) ?? (await create(email)) ?? (await mustBeKnown(email));
    },
  };

  async function known(email: string): Promise<UserId | undefined> {
    try {
      const user = await client.send(new AdminGetUserCommand({ UserPoolId: userPoolId, Username: email }));
      const changedMs = user.UserLastModifiedDate?.getTime() ?? 0;
      if (user.UserStatus === 'FORCE_CHANGE_PASSWORD' && changedMs < clock.now() - freshMs) await sendPassword(email);
      return userIdOf(user.UserAttributes);
    } catch (error) {
      if (error instanceof UserNotFoundException) return undefined;
      throw error;
    }
  }

  /** Nothing when somebody made the account meanwhile. */
  async function create(email: string): Promise<UserId | undefined> {
    try {
      const { User } = await client.send(
        new AdminCreateUserCommand({
          ...named(email),
          // The click on a link sent there has proved it.
          UserAttributes: [
            { Name: 'email', Value: email },
            { Name: 'email_verified', Value: 'true' },
          ],
        }),
      );
      return userIdOf(User?.Attributes);
    } catch (error) {
      if (error instanceof UsernameExistsException) return undefined;
      throw error;
    }
  }

  async function mustBeKnown(email: string): Promise<UserId> {
    const userId = await known(email);
    if (!userId) throw new Error('the user pool neither makes nor has an account');
    return userId;
  }

  async function sendPassword(email: string): Promise<void> {
    await client.send(new AdminCreateUserCommand({ ...named(email), MessageAction: 'RESEND' }));
  }

  function named(email: string) {
    return { UserPoolId: userPoolId, Username: email, DesiredDeliveryMediums: ['EMAIL' as const] };
  }
}

const userIdOf = (attributes: AttributeType[] = []): UserId =>
  UserId.parse(attributes.find(({ Name }) => Name === 'sub')?.Value);
