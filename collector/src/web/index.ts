/** The page on `/` and below: static files, served with a policy that allows nothing else to run. */
export { webPage } from './web-page.ts';
export { resultViewer } from './result-viewer.ts';
