import { useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { onTokenState, tokenState } from './api/client.ts';
import { Bar } from './frame/bar.tsx';
import { Help } from './frame/help.tsx';
import { useKeys } from './frame/keys.ts';
import { Brand, Rail, TabBar } from './frame/rail.tsx';
import { TokenForm } from './frame/token-form.tsx';
import { usePlace } from './location.ts';
import type { PageName } from './location.ts';
import { ColdStartsPage } from './pages/cold-starts.tsx';
import { HostsPage } from './pages/hosts.tsx';
import { KeepWarmPage } from './pages/keep-warm.tsx';
import { OverviewPage } from './pages/overview.tsx';
import { SandboxPage } from './pages/sandbox.tsx';
import { SandboxesPage } from './pages/sandboxes.tsx';
import { TracePage } from './pages/trace.tsx';
import { TracesPage } from './pages/traces.tsx';

const PAGES: Readonly<Record<PageName, () => ReactNode>> = {
  overview: OverviewPage,
  'cold-starts': ColdStartsPage,
  'keep-warm': KeepWarmPage,
  sandboxes: SandboxesPage,
  sandbox: SandboxPage,
  hosts: HostsPage,
  traces: TracesPage,
  trace: TracePage,
};

/** The frame around every page; nothing of it is behind the question for a token. */
export function App(): ReactNode {
  const token = useSyncExternalStore(onTokenState, tokenState);
  const place = usePlace();
  useKeys();
  if (token !== 'none') return <TokenForm wasWrong={token === 'wrong'} />;
  const Page = PAGES[place.page];
  return (
    <div className="frame">
      <a className="skip" href="#main">
        To the pictures
      </a>
      <Brand />
      <Bar />
      <Rail />
      <main id="main" tabIndex={-1}>
        <Page key={`${place.page} ${place.id ?? ''}`} />
      </main>
      <TabBar />
      <Help />
      <div id="spoken" className="visually-hidden" aria-live="polite" />
    </div>
  );
}
