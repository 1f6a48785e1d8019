import { Agent, request } from 'node:http';

export interface LoadTarget {
  port: number;
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** One request; its latency in milliseconds. @throws Error on any answer but 200. */
function once({ port, path, headers, body }: LoadTarget, agent: Agent): Promise<number> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.on('end', () =>
        answer.statusCode === 200
          ? resolve(performance.now() - start)
          : reject(new Error(`status ${answer.statusCode}`)),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** So many callers, each asking again as soon as it was answered, for so long. */
export async function closedLoop(target: LoadTarget, callers: number, durationMs: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: callers });
  const samples: number[] = [];
  const end = performance.now() + durationMs;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < end) samples.push(await once(target, agent));
    }),
  );
  const perSecond = (samples.length / (performance.now() - start)) * 1000;
  agent.destroy();
  return { samples, perSecond };
}

/** So many requests a second, sent on time whether or not the earlier ones were answered. */
export async function openLoop(target: LoadTarget, perSecond: number, durationMs: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const running: Promise<number>[] = [];
  const start = performance.now();
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const passed = performance.now() - start;
      const due = Math.floor((Math.min(passed, durationMs) / 1000) * perSecond);
      while (running.length < due) running.push(once(target, agent));
      if (passed >= durationMs) {
        clearInterval(timer);
        resolve();
      }
    }, 1);
  });
  const samples = await Promise.all(running);
  agent.destroy();
  return samples;
}
