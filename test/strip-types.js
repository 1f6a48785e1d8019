import { createHash } from 'node:crypto';
import { stripTypeScriptTypes } from 'node:module';

/** The jest transformer: Node's own type stripping, so that tests run exactly the syntax the product runs. */
export default {
  process(source) {
    return { code: stripTypeScriptTypes(source) };
  },
  getCacheKey(source, path) {
    return createHash('sha256').update(`${process.version} ${path}\n${source}`).digest('hex');
  },
};
