// Run before npm packs a folder of the repository: it holds sources and points at them; what is published is built of it.
process.stderr.write(
  '\nThis folder is not a package to publish. In the root of the repository, npm run pack builds the packages and leaves ' +
    'their tarballs in dist/.\n\n',
);
process.exitCode = 1;
