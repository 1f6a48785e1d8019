import Sequencer from '@jest/test-sequencer';

const isLong = ({ path }) => path.includes('/test/calls/');

/** Jest begins with the largest files; the longest tests are those of the whole system, and small. */
export default class LongestFirst extends Sequencer.default {
  sort(tests) {
    const sorted = super.sort(tests);
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
}
