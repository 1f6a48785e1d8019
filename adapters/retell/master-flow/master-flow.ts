import { retellDefinition } from '#domain/conversations/tools/retell-definition.ts';
import { tools } from '#domain/conversations/tools/registry.ts';
import { languageHalf } from './language-half.ts';
import { branches, ends, type Flow, type FlowNode, says } from './nodes.ts';

/**
 * What is said when a call comes without our variables, because our API did not answer the ring: decent, in both
 * languages, and nothing that could be another clinic's. Variables of tools are empty until a tool has answered, so
 * that none is read aloud with its braces.
 */
function defaultVariables(): Record<string, string> {
  const answers = tools.flatMap(({ name, answers }) =>
    ['code', 'say', ...Object.keys(answers)].map((field) => [`${name}_${field}`, '']),
  );
  return {
    ...(Object.fromEntries(answers) as Record<string, string>),
    clinic_id: '',
    clinic_name: 'la clinique',
    clinic_address: 'non communiqué',
    clinic_phone: 'non communiqué',
    available_doctors: 'non communiqué',
    business_hours: 'non communiqué',
    open_now: 'unknown',
    today: '',
    language: 'fr',
    greeting:
      'Bonjour, vous êtes bien à la clinique. Je suis un assistant vocal automatique, une intelligence artificielle. Hello, I am an automated voice assistant, an artificial intelligence; we can speak English.',
    emergency_numbers: '112',
    call_purpose: 'inbound',
  };
}

const globalPrompt = `You answer the telephone of {{clinic_name}}, and call for it (this call: {{call_purpose}}). Speak the language of the node you are in, in short polite sentences; in French, always “vous”.
Today is {{today}}. Address: {{clinic_address}}. Telephone: {{clinic_phone}}. Hours: {{business_hours}}. Doctors: {{available_doctors}}
Never give medical advice. Never make up a doctor, a time or a price: only what a function answered is true.
Say nothing about any person before verify_patient has answered OK. When asked, say that you are an artificial intelligence.`;

/** Columns and rows for whoever opens the flow in the vendor's editor. */
const placed = (nodes: FlowNode[]): FlowNode[] =>
  nodes.map((node, index) => ({
    ...node,
    display_position: { x: (index % 8) * 360, y: Math.floor(index / 8) * 260 },
  }));

/**
 * The conversation flow of the agent that all clinics share: French and English, each node and each function.
 *
 * @param apiUrl where the functions are answered, such as `https://api.example`
 */
export function masterFlow(apiUrl: string): Flow {
  return {
    start_speaker: 'agent',
    start_node_id: 'greeting',
    model_choice: { type: 'cascading', model: 'gpt-4.1' },
    model_temperature: 0,
    tool_call_strict_mode: false,
    global_prompt: globalPrompt,
    default_dynamic_variables: defaultVariables(),
    tools: tools.map((tool) => retellDefinition(tool, apiUrl, 'en')),
    nodes: placed([
      says('greeting', '{{greeting}}', 'purpose'),
      // Whom we have called for an appointment is asked who they are before anything else.
      branches('purpose', 'call_purpose', ['==', 'appointment-reminder', 'called'], 'language'),
      branches('called', 'language', ['contains', 'en', 'en_called'], 'fr_called'),
      branches('language', 'language', ['contains', 'en', 'en_need'], 'fr_need'),
      ...languageHalf('fr', 'en'),
      ...languageHalf('en', 'fr'),
      ends('end'),
    ]),
  };
}
