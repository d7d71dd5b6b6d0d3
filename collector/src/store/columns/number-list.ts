const FIRST_NUMBERS = 64;
const KEPT_NUMBERS = 1024 ** 2;

/** A growing list of whole numbers from −2^31 to 2^31 − 1. */
export class NumberList {
  numbers = new Int32Array(FIRST_NUMBERS);
  length = 0;

  /** Makes room for this many more. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.numbers.length) return;
    const grown = new Int32Array(Math.max(needed, this.numbers.length * 2));
    grown.set(this.numbers.subarray(0, this.length));
    this.numbers = grown;
  }

  add(value: number): void {
    if (this.length === this.numbers.length) this.reserve(1);
    this.numbers[this.length++] = value;
  }

  addZeros(count: number): void {
    this.reserve(count);
    this.numbers.fill(0, this.length, this.length + count);
    this.length += count;
  }

  clear(): void {
    this.length = 0;
    if (this.numbers.length > KEPT_NUMBERS) this.numbers = new Int32Array(FIRST_NUMBERS);
  }
}
