/** `npm start`: the whole system on this machine. */
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(`Node 24 is needed, this is ${process.version}: start with npm start, which brings its own.`);
  process.exit(1);
}

// The libraries below load parts of Node that still warn; every other warning stays.
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (warning.name !== 'ExperimentalWarning') console.error(warning.stack ?? String(warning));
});
// As on AWS: no rule may depend on the zone of a machine.
process.env.TZ = 'UTC';

const { runLocally } = await import('./run-locally.ts');
// Everything is stopped by now; a timer that some library left behind must not keep the terminal waiting.
process.exit(await runLocally(process.argv.slice(2)));

export {};
