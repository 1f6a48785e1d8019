import type { Env as AnswerMemberRequestEnv } from '#lambdas/clinics/members/answer-member-request.lambda.ts';
import type { Env as ReportHealthEnv } from '#lambdas/clinics/report-health.lambda.ts';
import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { House } from '../house.ts';
import type { Api } from '../parts/api.ts';
import { ApiFunction } from '../parts/api-function.ts';
import { allowMembership, allowTable } from '../parts/rights.ts';

/** The people of clinics, and what is there for anyone to ask about the service itself. */
export class Clinics extends Construct {
  constructor(scope: Construct, id: string, { house, api }: { house: House; api: Api }) {
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
    const { core, routing, audit } = house.data;
    const answerMemberRequest = new ApiFunction<AnswerMemberRequestEnv>(this, 'AnswerMemberRequest', {
      house,
      api,
      routes: [
        'GET /api/me',
        'GET /api/members',
        'POST /api/members',
        'PUT /api/members/{userId}',
        'DELETE /api/members/{userId}',
      ],
      signedIn: true,
      entry: 'lambdas/clinics/members/answer-member-request.lambda.ts',
      environment: { CORE_TABLE: core.tableName, ROUTING_TABLE: routing.tableName, AUDIT_TABLE: audit.tableName },
      impact: 'People cannot sign in to the console or change who is a member of their clinic; calls are not affected.',
      timeout: Duration.seconds(10),
    });
    allowMembership(answerMemberRequest, house.data);
    allowTable(answerMemberRequest, core, ['Query', 'PutItem', 'UpdateItem', 'ConditionCheckItem']);
    allowTable(answerMemberRequest, routing, ['PutItem']);
    allowTable(answerMemberRequest, audit, ['PutItem']);
  }
}
