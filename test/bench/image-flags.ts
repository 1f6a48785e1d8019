import { readFileSync } from 'node:fs';

const dockerfile = readFileSync(new URL('../../ws-fargate/Dockerfile', import.meta.url), 'utf8');
const [, entryPoint = '[]'] = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile) ?? [];

/** The flags of Node with which the image starts the voice service, so that a bench measures what a task runs. */
export const imageFlags = (JSON.parse(entryPoint) as string[]).filter((argument) => argument.startsWith('--'));
