/**
 * Reads the answer to `call_inbound` the way Retell does. Where Retell's behaviour is not
 * confirmed, the stand-in takes the strict reading, so that our side never leans on the kind one.
 */
export type InboundAnswer =
  | { kind: 'rejected' }
  /** The whole answer is thrown away, `reject` included; the bound agent answers without our variables. */
  | { kind: 'unusable'; problem: string }
  | {
      kind: 'accepted';
      overrideAgentId?: string;
      overrideAgentVersion?: number;
      /** Absent when the answer sets none: the bound agent's defaults apply. */
      variables?: Record<string, string>;
      metadata?: Record<string, unknown>;
      agentOverride?: Record<string, unknown>;
      /** What Retell would pass over in silence and somebody will look for for hours. */
      warnings: string[];
    };

/** Names Retell fills in itself; an answer that reuses one is shadowed by it. */
const reserved =
  /^(current_(time|hour|calendar)(_.+)?|session_(type|duration|duration_ms)|direction|user_number|agent_number|call_id|call_type|current_node|previous_node|current_agent_state|previous_agent_state|chat_id|first_name|last_name|do_not_call)$/;

/** Keys some old guides put at the top or under other names. Nothing reads them. */
const outdated = ['agent_id', 'retell_llm_dynamic_variables', 'dynamic_variables', 'override_agent_id', 'metadata'];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param text body of a 2xx answer, as received */
export function readInboundAnswer(text: string): InboundAnswer {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { kind: 'unusable', problem: 'the body is not JSON' };
  }
  if (!isObject(body)) return { kind: 'unusable', problem: 'the body is not a JSON object' };
  const answer = body.call_inbound ?? {};
  if (!isObject(answer)) return { kind: 'unusable', problem: 'call_inbound is not an object' };

  const { dynamic_variables: variables, metadata } = answer;
  if (variables !== undefined) {
    if (!isObject(variables)) return { kind: 'unusable', problem: 'dynamic_variables is not an object' };
    const wrong = Object.keys(variables).filter((name) => typeof variables[name] !== 'string');
    if (wrong.length > 0)
      return { kind: 'unusable', problem: `dynamic variables that are not text: ${wrong.join(', ')}` };
  }
  if (metadata !== undefined && !isObject(metadata)) return { kind: 'unusable', problem: 'metadata is not an object' };
  if (answer.reject === true) return { kind: 'rejected' };

  const warnings: string[] = [];
  const only = <T>(name: string, fits: (value: unknown) => value is T): T | undefined => {
    const value = answer[name];
    if (value === undefined || fits(value)) return value;
    warnings.push(`${name} is of the wrong type and is ignored`);
    return undefined;
  };
  if (answer.reject !== undefined && answer.reject !== false) {
    warnings.push('reject is not the literal true and rejects nothing');
  }
  for (const name of outdated.filter((key) => key in body)) {
    warnings.push(`${name} stands beside call_inbound, where nothing reads it`);
  }
  for (const name of Object.keys(variables ?? {}).filter((key) => reserved.test(key))) {
    warnings.push(`the variable ${name} is one of Retell's own`);
  }
  return {
    kind: 'accepted',
    overrideAgentId: only('override_agent_id', (value) => typeof value === 'string'),
    overrideAgentVersion: only('override_agent_version', (value) => typeof value === 'number'),
    variables: variables as Record<string, string> | undefined,
    metadata,
    agentOverride: only('agent_override', isObject),
    warnings,
  };
}
