package io.github.phi4j.eval.data;

import java.util.Arrays;
import java.util.List;

/**
 * A multimap with 64-bit hashes as keys and open addressing: most lookups miss, and none allocates.
 */
final class LongTable<V> {

  private long[] keys = new long[1024];
  private Object[] values = new Object[1024];
  private int size;

  void add(long key, V value) {
    if (2 * size >= keys.length) {
      grow();
    }
    int slot = slot(key);
    List<V> old = at(slot);
    if (old == null) {
      keys[slot] = key;
      values[slot] = List.of(value);
      size++;
    } else {
      Object[] more = old.toArray(Object[]::new);
      more = Arrays.copyOf(more, more.length + 1);
      more[more.length - 1] = value;
      values[slot] = List.of(more);
    }
  }

  List<V> get(long key) {
    List<V> found = at(slot(key));
    return found == null ? List.of() : found;
  }

  private int slot(long key) {
    int mask = keys.length - 1;
    int slot = (int) (key ^ (key >>> 32)) & mask;
    while (values[slot] != null && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  @SuppressWarnings("unchecked")
  private List<V> at(int slot) {
    return (List<V>) values[slot];
  }

  private void grow() {
    long[] oldKeys = keys;
    Object[] oldValues = values;
    keys = new long[2 * oldKeys.length];
    values = new Object[2 * oldKeys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldValues[i] != null) {
        int slot = slot(oldKeys[i]);
        keys[slot] = oldKeys[i];
        values[slot] = oldValues[i];
      }
    }
  }
}
