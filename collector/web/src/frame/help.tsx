import { useState } from 'react';
import type { ReactNode } from 'react';
import { PAGES } from '../../../src/web/page-list.ts';
import { areKeysOn, setKeysOn } from './keys.ts';

/** `o overview, t traces, …`. */
const lettersWords = (): string =>
  PAGES.flatMap(({ letter, words }) =>
    letter === undefined ? [] : [`${letter} ${words.toLowerCase()}`],
  ).join(', ');

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'search'],
  ['p', 'pause or go on'],
  ['[ and ]', 'back and forth in time'],
  ['+ and −', 'a shorter or a longer range'],
  ['g, then a letter', lettersWords()],
  ['Tab', 'from picture to picture'],
  ['← → ↑ ↓', 'from mark to mark in a picture'],
  ['c, e', 'next cold start, next failure'],
  ['Enter', 'open what is marked'],
  ['t', 'show the picture with the focus as a table'],
  ['drag, 0', 'zoom in, zoom out'],
  ['Esc', 'away'],
];

const dialog = (): HTMLDialogElement | null => document.getElementById('help') as HTMLDialogElement | null;

export const openHelp = (): void => dialog()?.showModal();

/** All keys, with a switch for people who use speech input. */
export function Help(): ReactNode {
  const [isOn, setIsOn] = useState(areKeysOn);
  return (
    <dialog id="help" aria-label="Keys">
      <h2>Keys</h2>
      <table className="keys">
        <tbody>
          {KEYS.map(([keys, does]) => (
            <tr key={keys}>
              <td>
                <kbd>{keys}</kbd>
              </td>
              <td>{does}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="tools">
        <label>
          <input
            type="checkbox"
            checked={isOn}
            onChange={() => {
              setKeysOn(!isOn);
              setIsOn(!isOn);
            }}
          />{' '}
          single keys are on
        </label>
        <button type="button" className="control" onClick={() => dialog()?.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}
