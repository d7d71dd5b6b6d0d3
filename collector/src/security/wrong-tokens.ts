import { isIPv6 } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** This many in a row may be an honest mistake. */
const FREE_STRIKES = 3;
const FIRST_DELAY_MILLIS = 50;
const MAX_DELAY_MILLIS = 2000;
/** After this long without one, a peer starts over. */
const FORGIVEN_MILLIS = 60_000;
const MAX_PEERS = 4096;
/** Maximum number of waiting answers per peer; further ones are not given. */
const MAX_WAITING = 32;

interface Peer {
  strikes: number;
  lastMillis: number;
  waiting: number;
}

/**
 * Handles senders of invalid tokens: logs them, without the token, and doubles the delay of each such answer to a peer.
 * Valid tokens are never delayed, whoever sends them.
 */
export class WrongTokens {
  readonly #warn: (message: string) => void;
  readonly #peers = new Map<string, Peer>();

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  /**
   * Resolves when a peer that sent a wrong token may be answered; false if it gets no answer, because many of its
   * requests are already waiting.
   *
   * @param opens what the token should have given access to, for the log
   */
  async strike(address: string | undefined, opens: string): Promise<boolean> {
    const name = peerOf(address ?? 'somewhere');
    const peer = this.#peerNamed(name);
    peer.strikes++;
    peer.lastMillis = Date.now();
    if (isWorthALine(peer.strikes)) {
      const times = peer.strikes === 1 ? '' : `, the ${peer.strikes}th in a row`;
      this.#warn(`a token that is not valid to ${opens} came from ${name}${times}`);
    }
    if (peer.strikes <= FREE_STRIKES) return true;
    if (peer.waiting >= MAX_WAITING) return false;
    peer.waiting++;
    const doublings = peer.strikes - FREE_STRIKES - 1;
    await delay(Math.min(MAX_DELAY_MILLIS, FIRST_DELAY_MILLIS * 2 ** doublings), undefined, { ref: false });
    peer.waiting--;
    return true;
  }

  #peerNamed(name: string): Peer {
    const known = this.#peers.get(name);
    const isForgiven = known !== undefined && Date.now() - known.lastMillis > FORGIVEN_MILLIS;
    const peer = known ?? { strikes: 0, lastMillis: 0, waiting: 0 };
    if (isForgiven) peer.strikes = 0;
    // The peer that was silent for longest is removed first.
    this.#peers.delete(name);
    this.#peers.set(name, peer);
    const [oldest] = this.#peers.keys();
    if (this.#peers.size > MAX_PEERS && oldest !== undefined) this.#peers.delete(oldest);
    return peer;
  }
}

/** The first, the tenth, the hundredth. */
function isWorthALine(strikes: number): boolean {
  return Number.isInteger(Math.log10(strikes));
}

/** An address; for IPv6 its network, because a machine has all of its addresses. */
function peerOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = (plain.split('%', 1)[0] ?? '').split('::');
  const groups = head.split(':').filter(Boolean);
  const behind = tail?.split(':').filter(Boolean) ?? [];
  const whole = [
    ...groups,
    ...Array.from({ length: 8 - groups.length - behind.length }, () => '0'),
    ...behind,
  ];
  return plain === '::1' ? plain : `${whole.slice(0, 4).join(':')}::/64`;
}
