import { openMemory } from './memory.ts';
import { storeSuite } from './store.suite.ts';

storeSuite('memory', async (clock) => {
  const store = openMemory({ clock });
  return { store, close: () => store.close() };
});
