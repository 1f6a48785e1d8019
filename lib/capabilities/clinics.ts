import type { Env as ReportHealthEnv } from '#lambdas/clinics/report-health.lambda.ts';
import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { House } from '../house.ts';
import type { Api } from '../parts/api.ts';
import { ApiFunction } from '../parts/api-function.ts';

/** What is there for anyone to ask about the service itself. */
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
  }
}
