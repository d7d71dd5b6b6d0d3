import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readClickHouse } from './clickhouse.ts';
import { Settings } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'sandscope-clickhouse-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const pem = (name: string): string => file(name, `-----BEGIN CERTIFICATE-----\n${name}\n`);

/** Keys without the common prefix. */
const read = (variables: Readonly<Record<string, string>>) =>
  readClickHouse(
    new Settings(
      {},
      Object.fromEntries(
        Object.entries(variables).map(([name, value]) => [`SANDSCOPE_CLICKHOUSE_${name}`, value]),
      ),
    ),
  );

function messageOf(fail: () => unknown): string {
  try {
    fail();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

describe('a ClickHouse of the operator’s', () => {
  it('is absent by default', () => {
    expect(read({})).toBeUndefined();
  });

  it('is described by variables', () => {
    expect(
      read({
        URL: 'https://clickhouse:8443/',
        USER: 'writer',
        PASSWORD_FILE: file('password', 'correct horse\n'),
        QUERY_USER: 'reader',
        QUERY_PASSWORD: 'battery',
        DATABASE: 'spans',
        CLUSTER: '{cluster}',
        CA_FILE: pem('ca'),
      }),
    ).toEqual({
      url: 'https://clickhouse:8443',
      user: 'writer',
      password: 'correct horse',
      query: { user: 'reader', password: 'battery' },
      database: 'spans',
      cluster: '{cluster}',
      tls: { ca: expect.stringContaining('ca') as string },
    });
  });

  it('keeps secrets out of the URL it prints', () => {
    expect(read({ URL: 'http://me:p%40ss@clickhouse:8123/proxy' })).toMatchObject({
      url: 'http://clickhouse:8123/proxy',
      user: 'me',
      password: 'p@ss',
    });
    expect(read({ URL: 'http://me:secret@clickhouse', USER: 'you', PASSWORD: 'other' })).toMatchObject({
      user: 'you',
      password: 'other',
    });
  });

  it('can identify its user by a certificate', () => {
    const tls = { CA_FILE: pem('ca'), CERT_FILE: pem('cert'), KEY_FILE: pem('key') };
    expect(read({ URL: 'https://clickhouse', ...tls })).toMatchObject({
      password: '',
      tls: {
        certificate: expect.stringContaining('cert') as string,
        key: expect.stringContaining('key') as string,
      },
    });
  });

  const URL = 'https://clickhouse:8443';
  it.each<[Record<string, string>, string]>([
    [{ URL: 'clickhouse:8123' }, 'URL'],
    [{ URL: 'https://u:hush@host:no-port' }, 'URL'],
    [{ URL: 'u:hush@host' }, 'URL'],
    [{ URL: `${URL}/?password=hush` }, 'URL'],
    [{ URL: 'https://u:%hush@host' }, 'URL'],
    [{ PASSWORD: 'hush' }, 'PASSWORD'],
    [{ CLUSTER: 'c' }, 'CLUSTER'],
    [{ URL, PASSWORD: 'hush', PASSWORD_FILE: file('one', 'hush') }, 'PASSWORD_FILE'],
    [{ URL, PASSWORD_FILE: join(folder, 'missing') }, 'PASSWORD_FILE'],
    [{ URL, PASSWORD_FILE: file('empty', '\n') }, 'PASSWORD_FILE'],
    [{ URL, QUERY_PASSWORD: 'hush' }, 'QUERY_USER'],
    [{ URL, DATABASE: 'a.b' }, 'DATABASE'],
    [{ URL, CLUSTER: "c'; DROP" }, 'CLUSTER'],
    [{ URL, CLUSTER: '{a b}' }, 'CLUSTER'],
    [{ URL: 'http://clickhouse', CA_FILE: pem('ca') }, 'CA_FILE'],
    [{ URL, CA_FILE: file('not-pem', 'hush') }, 'CA_FILE'],
    [{ URL, CERT_FILE: pem('cert'), KEY_FILE: pem('key') }, 'CA_FILE'],
    [{ URL, CA_FILE: pem('ca'), CERT_FILE: pem('cert') }, 'KEY_FILE'],
    [
      { URL, PASSWORD: 'hush', CA_FILE: pem('ca'), CERT_FILE: pem('cert'), KEY_FILE: pem('key') },
      'CERT_FILE',
    ],
  ])('names the wrong variable of %j without a secret', (variables, named) => {
    const refuse = (): unknown => read(variables);
    expect(refuse).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }));
    const message = messageOf(refuse);
    expect(message).toContain(`SANDSCOPE_CLICKHOUSE_${named}`);
    expect(message).not.toContain('hush');
  });
});
