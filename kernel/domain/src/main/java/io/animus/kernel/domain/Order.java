package io.animus.kernel.domain;

import io.animus.kernel.domain.project.PluginBindings;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** How a list is ordered: by a key that is unique in it and that an index serves, in either direction. */
public record Order(Key key, boolean descending) {
    /** What lists are ordered by unless the caller says otherwise. */
    public static final Order NEWEST_FIRST = new Order(Key.CREATION, true);

    /** What a list is ordered by. */
    public enum Key {
        /** The id, which sorts by the time of making. */
        CREATION(Pattern.compile("[a-z]([a-z_]{0,61}[a-z])?_[0-7][0-9a-hjkmnp-tv-z]{25}")
                .asMatchPredicate()),
        NAME(Name::isForm),
        /** Technology and instance of a plugin: {@code syslog.default}. */
        INSTANCE(PluginBindings.FORM.asMatchPredicate()),
        /** The place in the audit log. */
        LEAF_INDEX(Pattern.compile("[0-9]{1,18}").asMatchPredicate());

        private final Predicate<String> form;

        Key(Predicate<String> form) {
            this.form = form;
        }

        /** Whether a page of a list in this order may go on after {@code text}. */
        public boolean isPosition(String text) {
            return form.test(text);
        }
    }
}
