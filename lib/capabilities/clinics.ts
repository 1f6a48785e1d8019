import type { Env as AnswerAgentRequestEnv } from '#lambdas/clinics/agents/answer-agent-request.lambda.ts';
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
import {
  allowClinicChanges,
  allowClinicSecrets,
  allowDelete,
  allowMembership,
  allowRecord,
  allowSecret,
  allowSend,
  allowTable,
  clinicSecrets,
} from '../parts/rights.ts';
import type { Vendors } from '../parts/vendors.ts';

/** Of the requests the gateway lets through: a few people a day click on a link, whoever guesses at one is held back. */
const linkShare = 0.025;

/** The people of clinics, and what is there for anyone to ask about the service itself. */
export class Clinics extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { house, api, notices, vendors }: { house: House; api: Api; notices: IQueue; vendors: Vendors },
  ) {
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
    allowRecord(answerMemberRequest, audit);
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
    allowRecord(answerLink, audit);
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
    this.#ownAgents(house, api, vendors);
  }
  /** Clinics' own agents and keys, and calls from the browser. */
  #ownAgents(house: House, api: Api, { retellBaseUrl }: Vendors): void {
    const { core, routing, audit, dataKey, retellApiKey, clinicBindingKey } = house.data;
    const answerAgentRequest = new ApiFunction<AnswerAgentRequestEnv>(this, 'AnswerAgentRequest', {
      house,
      api,
      routes: [
        'POST /api/retell/connect-agent',
        'DELETE /api/retell/disconnect-agent',
        'GET /api/retell/agent-status',
        'POST /api/retell/create-web-call',
        'GET /api/credentials',
        'PUT /api/credentials/{kind}',
        'POST /api/credentials/{kind}/test',
        'DELETE /api/credentials/{kind}',
      ],
      signedIn: true,
      entry: 'lambdas/clinics/agents/answer-agent-request.lambda.ts',
      environment: {
        CORE_TABLE: core.tableName,
        ROUTING_TABLE: routing.tableName,
        AUDIT_TABLE: audit.tableName,
        RETELL_KEY_SECRET: retellApiKey.ref,
        RETELL_BASE_URL: retellBaseUrl,
        BINDING_KEY_SECRET: clinicBindingKey.ref,
        CLINIC_SECRETS: clinicSecrets(house.settings),
        DATA_KEY_ARN: dataKey.keyArn,
        API_URL: api.apiEndpoint,
      },
      impact: 'Clinics cannot connect their agent, change a key or begin a call from the browser; calls go on.',
      // Connecting is up to five requests to Retell, of which one may be slow.
      timeout: Duration.seconds(29),
    });
    allowMembership(answerAgentRequest, house.data);
    allowClinicChanges(answerAgentRequest, house.data);
    allowTable(answerAgentRequest, core, ['GetItem']);
    // What an agent is claimed by ends when it is given up.
    allowDelete(answerAgentRequest, routing, ['AGT#*']);
    allowClinicSecrets(answerAgentRequest, house, 'change');
    allowSecret(answerAgentRequest, retellApiKey, dataKey);
    allowSecret(answerAgentRequest, clinicBindingKey, dataKey);
  }
}
