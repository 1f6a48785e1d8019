import { type HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Construct } from 'constructs';
import { TaskFunction, type TaskFunctionProps } from './task-function.ts';

interface ApiFunctionProps<Env> extends TaskFunctionProps<Env> {
  api: HttpApi;
  routes: `${'GET' | 'POST'} /${string}`[];
}

/** A function that answers HTTP. Who asks is proved inside it: a vendor's signature covers the raw body. */
export class ApiFunction<Env> extends TaskFunction<Env> {
  constructor(scope: Construct, id: string, { api, routes, ...props }: ApiFunctionProps<Env>) {
    super(scope, id, props);
    const integration = new HttpLambdaIntegration(`${id}Integration`, this.function);
    for (const route of routes) {
      const [method, path] = route.split(' ') as [keyof typeof HttpMethod, string];
      api.addRoutes({ path, methods: [HttpMethod[method]], integration });
    }
  }
}
