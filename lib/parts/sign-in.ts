import { Aws, CfnOutput, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnUserPoolGroup,
  Mfa,
  OAuthScope,
  UserPool,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { nameIn } from '../name-in.ts';
import type { StageSettings } from '../settings.ts';

/** Groups of the pool that are roles of the platform: see `PlatformRole`. */
const platformGroups = {
  platform_ops: 'Run the deployment: clinics, numbers, events. No right within a clinic.',
  platform_auditor: 'Read what those who run the deployment may change.',
};

/**
 * Who people are. What they may do in a clinic is ours to know; only the roles of the platform are groups here. Nobody
 * signs up by themselves, and a password alone lets nobody in.
 */
export class SignIn extends Construct {
  readonly pool: UserPool;
  readonly client: UserPoolClient;

  constructor(scope: Construct, id: string, settings: StageSettings) {
    super(scope, id);
    this.pool = new UserPool(this, 'Pool', {
      userPoolName: nameIn(settings, 'people'),
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      mfa: Mfa.REQUIRED,
      // A text message can be read by whoever took over the number.
      mfaSecondFactor: { otp: true, sms: false },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      passwordPolicy: {
        minLength: 14,
        requireDigits: true,
        requireLowercase: true,
        requireSymbols: true,
        requireUppercase: true,
        tempPasswordValidity: Duration.days(3),
      },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // Without an address of its own nobody can open the page to sign in.
    this.pool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: `${nameIn(settings, 'people')}-${Aws.ACCOUNT_ID}` },
    });
    for (const [groupName, description] of Object.entries(platformGroups)) {
      new CfnUserPoolGroup(this, groupName, { userPoolId: this.pool.userPoolId, groupName, description });
    }
    this.client = this.pool.addClient('Console', {
      userPoolClientName: nameIn(settings, 'console'),
      // A page in a browser keeps no secret: it proves itself by PKCE.
      generateSecret: false,
      // Only by the page of the pool; an empty object would leave it to Cognito, which lets a password in directly.
      authFlows: { userPassword: false },
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL],
        callbackUrls: [`${settings.consoleUrl}/signed-in`],
        logoutUrls: [`${settings.consoleUrl}/signed-out`],
      },
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.hours(12),
    });
    Validations.of(this.pool).acknowledge({
      id: 'AwsSolutions-COG8',
      reason: 'Threat protection costs by the head; a second factor is asked of everybody, every time.',
    });
    new CfnOutput(this, 'UserPoolId', { value: this.pool.userPoolId });
    new CfnOutput(this, 'ConsoleClientId', { value: this.client.userPoolClientId });
  }
}
