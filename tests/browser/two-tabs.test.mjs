// Two tabs of the page, without a browser: two stores that share what is kept. Neither
// undoes what the other one has changed, and no text of the learner's is lost.
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { load } from './engine.mjs';

const { createStore } = await load('/src/state/store.ts');
const { createExercise } = await load('/src/state/exercise.ts');
const { open } = await load('/src/state/share.ts');
const { pack } = await load('/src/model/pack.ts');
const { tellOfEdits } = await load('/src/state/edits.ts');

/** As much of localStorage as the page uses. */
class Kept {
  map = new Map();

  get length() {
    return this.map.size;
  }

  key(index) {
    return [...this.map.keys()][index] ?? null;
  }

  getItem(key) {
    return this.map.get(key) ?? null;
  }

  setItem(key, value) {
    this.map.set(key, String(value));
  }

  removeItem(key) {
    this.map.delete(key);
  }
}

const ids = ['A1', 'B1', 'H'];
const examples = ids.map((id) => ({
  id,
  load: async () => ({ source: `the text of ${id}`, files: {}, knobs: [], seed: 1, world: null, recorded: null, panes: [] }),
}));

beforeEach(() => {
  Object.defineProperty(globalThis, 'localStorage', { value: new Kept(), configurable: true });
});

/** A tab that shows a lesson, with what earlier visits have left. */
async function tab(id = 'A1') {
  const store = createStore(examples, async () => ({}));
  await store.load(id);
  store.choose(id);
  store.recall();
  tellOfEdits(store);
  return store;
}

/** All texts of a lesson that are kept. */
const texts = (id = 'A1') =>
  [...localStorage.map].filter(([key]) => key.startsWith(`belay:edit:${id}:`)).map(([, text]) => text).toSorted();

/** Opens a link to the lesson with this code; gives the code when the learner is asked about it. */
async function follow(store, source) {
  await open(store, `v1;l=A1;c=${await pack(source)}`, () => true);
  return store.offered.value;
}

const press = (store, name) =>
  store.notices.list.value
    .flatMap(({ actions = [] }) => actions)
    .find(({ word }) => word === name)
    .act();

describe('what is written in two tabs', () => {
  it('is kept in both, and what was put aside before is, too, however often they take turns', async () => {
    const [one, other] = [await tab(), await tab()];
    one.edit('my first');
    await follow(one, 'of a link');
    one.acceptOffer();
    one.edit('of a link, changed');
    for (let turn = 0; turn < 20; turn += 1) {
      one.edit(`one, ${turn}`);
      other.edit(`other, ${turn}`);
    }
    assert.deepEqual(texts(), ['my first', 'one, 19', 'other, 19']);
    assert.equal((await tab()).source.value, 'other, 19');
  });

  it('comes back to its tab by the address, as the learner\'s own, and can be gone on with', async () => {
    const [one, other] = [await tab(), await tab()];
    one.edit('one');
    other.edit('other');
    const again = await tab();
    assert.equal(again.source.value, 'other');
    assert.equal(await follow(again, 'one'), null);
    assert.equal(again.source.value, 'one');
    again.edit('one, longer');
    assert.deepEqual(texts(), ['one, longer', 'other']);
    assert.equal(await follow(again, "somebody else's"), "somebody else's");
  });

  it('stays when the other tab goes back to the text of the lesson', async () => {
    for (const back of [(store) => store.edit(null), (store) => store.restore()]) {
      localStorage.map.clear();
      const [one, other] = [await tab(), await tab()];
      one.edit('one');
      other.edit('other');
      back(one);
      assert.equal(one.source.value, 'the text of A1');
      assert.ok(texts().includes('other'));
    }
  });

  it('is not forgotten for the older text that the other tab was told of', async () => {
    const [one, other] = [await tab(), await tab()];
    one.edit('one');
    other.edit('other');
    const again = await tab();
    await follow(again, 'one');
    other.edit('other, longer');
    press(again, 'Forget it');
    assert.ok(texts().includes('other, longer'));
    const last = await tab();
    press(last, 'Forget it');
    assert.deepEqual(texts(), ['other, longer']);
  });
});

describe('what has been done in two tabs', () => {
  it('counts in both: lessons that were run', async () => {
    const [one, other] = [await tab(), await tab('B1')];
    one.markDone('A1', true);
    other.markDone('B1', true);
    one.markDone('H', false);
    const again = await tab();
    assert.deepEqual([...again.done.value].toSorted(), ['A1', 'B1']);
    again.markDone('A1', false);
    other.markDone('H', true);
    assert.deepEqual([...(await tab()).done.value].toSorted(), ['B1', 'H']);
  });

  it('counts in both: steps of the exercise', async () => {
    const exercise = async () => createExercise(await tab('H'), [() => {}, () => {}, () => {}]);
    const [one, other] = [await exercise(), await exercise()];
    one.hint(0);
    other.hint(1);
    one.toggleSolution(2);
    const { hints, shown } = (await exercise()).standing.value;
    assert.deepEqual(hints, [1, 1, 0]);
    assert.deepEqual(shown, [false, false, true]);
  });
});

/* The last one: the page remembers that something could not be kept. */
describe('where nothing can be kept', () => {
  it('a tab has what it has done itself', async () => {
    localStorage.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    const one = await tab();
    one.markDone('A1', true);
    one.markDone('B1', true);
    assert.deepEqual([...one.done.value], ['A1', 'B1']);
  });
});
