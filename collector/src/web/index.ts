/** The page on `/` and below: static files, served with a policy that lets nothing else run. */
export { webPage } from './web-page.ts';
export { resultViewer } from './result-viewer.ts';
