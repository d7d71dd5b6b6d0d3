// Runs before npm packs a workspace folder: it contains sources, while the published package is built from them.
process.stderr.write(
  '\nThis folder is not a package to publish. In the root of the repository, npm run pack builds the packages and leaves ' +
    'their tarballs in dist/.\n\n',
);
process.exitCode = 1;
