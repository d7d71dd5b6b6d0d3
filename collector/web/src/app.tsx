import { useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { onTokenState, tokenState } from './api/client.ts';
import { Bar, PaperHead } from './frame/bar.tsx';
import { Help } from './frame/help.tsx';
import { useKeys } from './frame/keys.ts';
import { Brand, Rail, TabBar } from './frame/rail.tsx';
import { TokenForm } from './frame/token-form.tsx';
import { usePlace } from './location.ts';

/** Each file there exports the page of its name. */
const FILES = import.meta.glob<{ readonly Page: () => ReactNode }>('./pages/*.tsx', { eager: true });

/** The frame around every page; while the collector asks for a token, none of it is shown. */
export function App(): ReactNode {
  const token = useSyncExternalStore(onTokenState, tokenState);
  const place = usePlace();
  useKeys();
  if (token !== 'none') return <TokenForm wasWrong={token === 'wrong'} />;
  const Page = FILES[`./pages/${place.page}.tsx`]?.Page;
  return (
    <div className="frame">
      <a className="skip" href="#main">
        To the pictures
      </a>
      <Brand />
      <Bar />
      <Rail />
      <main id="main" tabIndex={-1}>
        <PaperHead />
        {Page && <Page key={`${place.page} ${place.id ?? ''}`} />}
      </main>
      <TabBar />
      <Help />
      <div id="spoken" className="visually-hidden" aria-live="polite" />
    </div>
  );
}
