import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnStage,
  HttpApi,
  type HttpRoute,
  type HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { FilterPattern, LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { House } from '../house.ts';
import { nameIn } from '../name-in.ts';
import { Alarm, countLines } from './alarm.ts';

/** A burst may take twice what a second may. */
const burst = (perSecond: number): number => perSecond * 2;

/** The way in from outside: throttled, with a log of how we answered. */
export class Api extends HttpApi {
  /** Lets in who sends an access token that our user pool gave the console. */
  readonly people: IHttpRouteAuthorizer;
  readonly #stage: HttpStage;
  readonly #limits: Record<string, { ThrottlingRateLimit: number; ThrottlingBurstLimit: number }> = {};

  constructor(scope: Construct, id: string, house: House) {
    const { settings, operationsKey, data } = house;
    super(scope, id, { apiName: nameIn(settings, 'api'), createDefaultStage: false });
    const { pool, client } = data.signIn;
    this.people = new HttpJwtAuthorizer('People', pool.userPoolProviderUrl, { jwtAudience: [client.userPoolClientId] });
    const logGroup = new LogGroup(this, 'Log', {
      // Under this prefix many API logs share one delivery policy, which is bounded in size.
      logGroupName: `/aws/vendedlogs/${nameIn(settings, 'api')}`,
      retention: settings.logRetentionDays,
      encryptionKey: operationsKey,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.#stage = this.addStage('Stage', {
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: settings.requestsPerSecond, burstLimit: burst(settings.requestsPerSecond) },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup),
        // The route, not the path; no address, query or body: a line says how we answered, not who asked.
        format: AccessLogFormat.custom(
          JSON.stringify({
            requestId: '$context.requestId',
            time: '$context.requestTimeEpoch',
            route: '$context.routeKey',
            status: '$context.status',
            latencyMs: '$context.responseLatency',
            integrationMs: '$context.integrationLatency',
            integrationError: '$context.integrationErrorMessage',
          }),
        ),
      },
    });
    const within = Duration.minutes(5);
    new Alarm(this, 'Failing', {
      house,
      name: 'api-failing',
      impact: 'Callers hear an agent that does not know their clinic, or call events are refused: the API answers 5xx.',
      metric: this.metricServerError({ period: within, statistic: 'Sum' }),
    });
    new Alarm(this, 'Throttled', {
      house,
      name: 'api-throttled',
      impact: 'Callers hear an agent that does not know their clinic, or e-mails come late: too many requests at once.',
      metric: countLines(this, 'TooManyRequests', {
        house,
        metricName: 'api 429',
        logGroup,
        pattern: FilterPattern.stringValue('$.status', '=', '429'),
        within,
      }),
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'People are asked for a token; vendors sign the raw body of each request and the function checks it first; /health tells nothing.',
    });
  }

  /** Holds one route below what the stage lets through, so that it leaves the others their share. */
  limit(key: string, routes: HttpRoute[], perSecond: number): void {
    this.#limits[key] = { ThrottlingRateLimit: perSecond, ThrottlingBurstLimit: burst(perSecond) };
    (this.#stage.node.defaultChild as CfnStage).routeSettings = this.#limits;
    // A stage with settings for a route that is not there yet is refused.
    this.#stage.node.addDependency(...routes);
  }
}
