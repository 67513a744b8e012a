package io.animus.api.types;

import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Members of an object that is being made. They are kept in their order, in arrays as long as that costs little: while names come in order,
 * whatever their number, or are few. Not safe for several threads.
 */
final class GrowingMembers {
    private static final int FIRST = 8;
    private static final int FEW = 32;

    private String[] names = new String[FIRST];
    private Json[] values = new Json[FIRST];
    private int size;
    private @Nullable SortedMap<String, Json> many;

    /** Returns false, and adds nothing, if there is one with this name. */
    boolean add(String name, Json value) {
        if (many != null) {
            return many.putIfAbsent(name, value) == null;
        }
        if (size == 0 || name.compareTo(names[size - 1]) > 0) {
            insert(size, name, value);
            return true;
        }
        var at = Arrays.binarySearch(names, 0, size, name);
        if (at >= 0) {
            return false;
        }
        if (size < FEW) {
            insert(-at - 1, name, value);
        } else {
            many = new TreeMap<>(sorted());
            many.put(name, value);
        }
        return true;
    }

    private void insert(int at, String name, Json value) {
        if (size == names.length) {
            names = Arrays.copyOf(names, 2 * size);
            values = Arrays.copyOf(values, 2 * size);
        }
        System.arraycopy(names, at, names, at + 1, size - at);
        System.arraycopy(values, at, values, at + 1, size - at);
        names[at] = name;
        values[at] = value;
        size++;
    }

    /** What was added so far. */
    SortedMembers sorted() {
        return many == null
                ? new SortedMembers(Arrays.copyOf(names, size), Arrays.copyOf(values, size))
                : SortedMembers.of(many);
    }
}
