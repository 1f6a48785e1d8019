import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Construct } from 'constructs';
import type { Api } from './api.ts';
import { TaskFunction, type TaskFunctionProps } from './task-function.ts';

interface ApiFunctionProps<Env> extends Omit<TaskFunctionProps<Env>, 'faults'> {
  api: Api;
  routes: `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'} /${string}`[];
  /** The gateway lets in only who sends an access token of ours; what they may do is asked by `signed-in.ts`. */
  signedIn?: boolean;
  /** Where each route is held below what the whole API lets through. */
  requestsPerSecond?: number;
}

/**
 * A function that answers HTTP. Who asks is proved inside it, for a vendor's signature covers the raw body; or, of people
 * who signed in, by the gateway before it.
 */
export class ApiFunction<Env> extends TaskFunction<Env> {
  constructor(
    scope: Construct,
    id: string,
    { api, routes, signedIn, requestsPerSecond, ...props }: ApiFunctionProps<Env>,
  ) {
    super(scope, id, { ...props, faults: 'either' });
    // One permission for the whole API: one for each route would fill the stack, which holds 500 resources.
    const integration = new HttpLambdaIntegration(`${id}Integration`, this.function, { scopePermissionToRoute: false });
    for (const key of routes) {
      const [method, path] = key.split(' ') as [keyof typeof HttpMethod, string];
      const added = api.addRoutes({
        path,
        methods: [HttpMethod[method]],
        integration,
        ...(signedIn && { authorizer: api.people }),
      });
      if (requestsPerSecond) api.limit(key, added, requestsPerSecond);
    }
  }
}
