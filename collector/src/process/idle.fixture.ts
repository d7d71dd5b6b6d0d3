// Stays until its parent is gone.
process.on('disconnect', () => process.exit(0));
// Only now the death signal is set for certain: what sets it has become this program.
process.send?.('running');
