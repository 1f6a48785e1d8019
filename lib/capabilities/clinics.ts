import type { Env as AnswerLinkEnv } from '#lambdas/clinics/links/answer-link.lambda.ts';
import type { Env as AnswerMemberRequestEnv } from '#lambdas/clinics/members/answer-member-request.lambda.ts';
import type { Env as AnswerSettingsRequestEnv } from '#lambdas/clinics/settings/answer-settings-request.lambda.ts';
import type { Env as ReportHealthEnv } from '#lambdas/clinics/report-health.lambda.ts';
import { Duration } from 'aws-cdk-lib';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { House } from '../house.ts';
import type { Api } from '../parts/api.ts';
import { ApiFunction } from '../parts/api-function.ts';
import { allowClinicChanges, allowMembership, allowSend, allowTable } from '../parts/rights.ts';

/** Of the requests the gateway lets through: a few people a day click on a link, whoever guesses at one is held back. */
const linkShare = 0.025;

/** The people of clinics, and what is there for anyone to ask about the service itself. */
export class Clinics extends Construct {
  constructor(scope: Construct, id: string, { house, api, notices }: { house: House; api: Api; notices: IQueue }) {
    super(scope, id);
    new ApiFunction<ReportHealthEnv>(this, 'ReportHealth', {
      house,
      api,
      routes: ['GET /health'],
      entry: 'lambdas/clinics/report-health.lambda.ts',
      environment: {},
      impact: 'Monitors outside see the service as down, though calls may go on.',
      timeout: Duration.seconds(5),
      memorySize: 256,
    });
    const { core, routing, audit, signIn } = house.data;
    const tables = {
      CORE_TABLE: core.tableName,
      ROUTING_TABLE: routing.tableName,
      AUDIT_TABLE: audit.tableName,
    };
    const answerMemberRequest = new ApiFunction<AnswerMemberRequestEnv>(this, 'AnswerMemberRequest', {
      house,
      api,
      routes: [
        'GET /api/me',
        'GET /api/members',
        'PUT /api/members/{userId}',
        'DELETE /api/members/{userId}',
        'GET /api/invitations',
        'POST /api/invitations',
        'DELETE /api/invitations/{invitationId}',
      ],
      signedIn: true,
      entry: 'lambdas/clinics/members/answer-member-request.lambda.ts',
      environment: { ...tables, NOTICES_QUEUE_URL: notices.queueUrl },
      impact: 'People cannot sign in to the console or change who is a member of their clinic; calls are not affected.',
      timeout: Duration.seconds(10),
    });
    allowMembership(answerMemberRequest, house.data);
    allowTable(answerMemberRequest, core, ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'ConditionCheckItem']);
    allowTable(answerMemberRequest, routing, ['PutItem']);
    allowTable(answerMemberRequest, audit, ['PutItem']);
    allowSend(answerMemberRequest, notices);

    const answerLink = new ApiFunction<AnswerLinkEnv>(this, 'AnswerLink', {
      house,
      api,
      routes: ['GET /api/links/{token}', 'POST /api/links/{token}'],
      requestsPerSecond: Math.floor(house.settings.requestsPerSecond * linkShare),
      entry: 'lambdas/clinics/links/answer-link.lambda.ts',
      environment: {
        ...tables,
        USER_POOL_ID: signIn.pool.userPoolId,
        CONSOLE_URL: house.settings.consoleUrl,
      },
      impact: 'People who are invited cannot accept, and addresses are not confirmed; calls are not affected.',
      // A new account is two requests to the user pool, of which one may be slow.
      timeout: Duration.seconds(20),
    });
    allowTable(answerLink, core, ['GetItem', 'Query', 'PutItem', 'UpdateItem']);
    allowTable(answerLink, routing, ['GetItem', 'PutItem', 'UpdateItem']);
    allowTable(answerLink, audit, ['PutItem']);
    answerLink.allow(['cognito-idp:AdminGetUser', 'cognito-idp:AdminCreateUser'], [signIn.pool.userPoolArn]);

    const answerSettingsRequest = new ApiFunction<AnswerSettingsRequestEnv>(this, 'AnswerSettingsRequest', {
      house,
      api,
      routes: [
        'GET /api/settings',
        'GET /api/settings/{section}',
        'PUT /api/settings/{section}',
        'POST /api/settings/{section}',
        'GET /api/settings/{section}/{id}',
        'PUT /api/settings/{section}/{id}',
        'DELETE /api/settings/{section}/{id}',
      ],
      signedIn: true,
      entry: 'lambdas/clinics/settings/answer-settings-request.lambda.ts',
      environment: { ...tables, NOTICES_QUEUE_URL: notices.queueUrl },
      impact: 'People cannot read or change the settings of their clinic; calls go by those there are.',
      timeout: Duration.seconds(10),
    });
    allowMembership(answerSettingsRequest, house.data);
    allowClinicChanges(answerSettingsRequest, house.data);
    allowSend(answerSettingsRequest, notices);
  }
}
