package io.animus.api.types;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The members of an object, in the order of their names; nobody can change them. Two arrays take a quarter of what a tree
 * takes, and each event of the audit log goes through several objects on its way in and on each way out.
 */
final class SortedMembers extends AbstractMap<String, Json> implements SortedMap<String, Json> {
    private final String[] names;
    private final Json[] values;

    /**
     * @param names in their order, each once; not to be changed any more
     * @param values of the names; not to be changed any more
     */
    SortedMembers(String[] names, Json[] values) {
        this.names = names;
        this.values = values;
    }

    /** These members, whatever order they are in; nothing is copied that can't change. */
    static SortedMembers of(SortedMap<String, Json> members) {
        if (members instanceof SortedMembers sorted) {
            return sorted;
        }
        if (members.comparator() != null) {
            var byName = new TreeMap<String, Json>();
            // Not putAll, which takes the order of the other map over.
            members.forEach(byName::put);
            return of(byName);
        }
        var names = new String[members.size()];
        var values = new Json[names.length];
        var at = 0;
        for (var member : members.entrySet()) {
            names[at] = member.getKey();
            values[at++] = member.getValue();
        }
        return new SortedMembers(names, values);
    }

    @Override
    public int size() {
        return names.length;
    }

    /** @param at from 0, in their order */
    String name(int at) {
        return names[at];
    }

    /** @param at from 0, in the order of the names */
    Json value(int at) {
        return values[at];
    }

    @Override
    public @Nullable Json get(@Nullable Object name) {
        var at = name instanceof String text ? Arrays.binarySearch(names, text) : -1;
        return at < 0 ? null : values[at];
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return get(name) != null;
    }

    @Override
    public void forEach(BiConsumer<? super String, ? super Json> action) {
        for (var i = 0; i < names.length; i++) {
            action.accept(names[i], values[i]);
        }
    }

    @Override
    public Set<Map.Entry<String, Json>> entrySet() {
        return new Entries();
    }

    private final class Entries extends AbstractSet<Map.Entry<String, Json>> {
        @Override
        public int size() {
            return names.length;
        }

        @Override
        public Iterator<Map.Entry<String, Json>> iterator() {
            return new Iterator<>() {
                private int next;

                @Override
                public boolean hasNext() {
                    return next < names.length;
                }

                @Override
                public Map.Entry<String, Json> next() {
                    if (!hasNext()) {
                        throw new NoSuchElementException();
                    }
                    return Map.entry(names[next], values[next++]);
                }
            };
        }
    }

    @Override
    public @Nullable Comparator<? super String> comparator() {
        return null;
    }

    @Override
    public SortedMembers subMap(String from, String to) {
        return range(indexOf(from), indexOf(to));
    }

    @Override
    public SortedMembers headMap(String to) {
        return range(0, indexOf(to));
    }

    @Override
    public SortedMembers tailMap(String from) {
        return range(indexOf(from), names.length);
    }

    /** Of the first name that is not before this one. */
    private int indexOf(String name) {
        var at = Arrays.binarySearch(names, name);
        return at < 0 ? -at - 1 : at;
    }

    private SortedMembers range(int from, int to) {
        return new SortedMembers(Arrays.copyOfRange(names, from, to), Arrays.copyOfRange(values, from, to));
    }

    @Override
    public String firstKey() {
        return orNone(0);
    }

    @Override
    public String lastKey() {
        return orNone(names.length - 1);
    }

    private String orNone(int at) {
        if (names.length == 0) {
            throw new NoSuchElementException();
        }
        return names[at];
    }
}
