import { randomUUID } from 'node:crypto';
import { AwsError, type Handle, jsonService } from './endpoint.ts';
import type { People, Person } from './people.ts';
import type { Cloud } from './template.ts';

interface Attribute {
  Name: string;
  Value: string;
}

interface Named {
  UserPoolId?: string;
  Username?: string;
}

/** What may be said of a new person here; Cognito knows more. */
const settable = new Set(['email', 'email_verified']);

/**
 * `AdminCreateUser` and `AdminGetUser` of the templates' user pool, in which an e-mail address is the name. Everybody
 * here has the one password of the start, so no message with a temporary one is sent.
 */
export function cognito(cloud: Cloud, people: People): Handle {
  const pools = new Set(cloud.ofType('AWS::Cognito::UserPool').map(({ ref }) => ref));

  function emailIn({ UserPoolId, Username }: Named): string {
    if (!pools.has(UserPoolId ?? '')) {
      throw new AwsError('ResourceNotFoundException', `User pool ${UserPoolId} does not exist.`);
    }
    if (!Username || Username.length > 128) throw new AwsError('InvalidParameterException', 'Username is not valid.');
    return Username.toLowerCase();
  }

  const find = (name: string): Person | undefined =>
    people.all().find(({ email, userId }) => email === name || userId === name);
  const attributes = ({ userId, email }: Person): Attribute[] => [
    { Name: 'sub', Value: userId },
    { Name: 'email', Value: email },
    { Name: 'email_verified', Value: 'true' },
  ];
  const state = { Enabled: true, UserStatus: 'CONFIRMED' };

  return jsonService({
    AdminGetUser(input: Named) {
      const person = find(emailIn(input));
      if (!person) throw new AwsError('UserNotFoundException', 'User does not exist.');
      return { Username: person.userId, UserAttributes: attributes(person), ...state };
    },

    AdminCreateUser(input: Named & { MessageAction?: string; UserAttributes?: Attribute[] }) {
      const email = emailIn(input);
      const standing = find(email);
      if (input.MessageAction === 'RESEND') {
        if (!standing) throw new AwsError('UserNotFoundException', 'User does not exist.');
        throw new AwsError('UnsupportedUserStateException', 'Resend not possible. CONFIRMED status is not valid.');
      }
      if (standing) throw new AwsError('UsernameExistsException', 'User account already exists');
      if (!/^[^\s@]+@[^\s@]+$/.test(email)) {
        throw new AwsError('InvalidParameterException', 'Username should be an email.');
      }
      for (const { Name, Value } of input.UserAttributes ?? []) {
        if (!settable.has(Name) || (Name === 'email' && Value.toLowerCase() !== email)) {
          throw new AwsError('InvalidParameterException', `Attribute ${Name} cannot be set to that here.`);
        }
      }
      const person = { userId: randomUUID(), email, groups: [] };
      people.add(person);
      return { User: { Username: person.userId, Attributes: attributes(person), ...state } };
    },
  });
}
