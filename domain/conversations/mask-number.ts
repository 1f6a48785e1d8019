/** A number with all but its country's beginning and last two digits hidden: `+1202*****42`. Short ones are hidden whole. */
export function maskNumber(number: string): string {
  return number.length < 9
    ? '*'.repeat(number.length)
    : `${number.slice(0, 5)}${'*'.repeat(number.length - 7)}${number.slice(-2)}`;
}
