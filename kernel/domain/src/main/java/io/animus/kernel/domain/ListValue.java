package io.animus.kernel.domain;

import java.time.Instant;

/** What a field of a list is compared with. */
public sealed interface ListValue {
    /** Unicode without U+0000 and lone surrogates, which no database keeps. */
    record Text(String text) implements ListValue {
        public Text {
            if (!isForm(text)) {
                throw new IllegalArgumentException("A string holds neither U+0000 nor half of a surrogate pair.");
            }
        }

        static boolean isForm(String text) {
            return text.codePoints()
                    .noneMatch(c -> c == 0 || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
        }
    }

    record Number(long number) implements ListValue {}

    /** Whole microseconds. */
    record Moment(Instant at) implements ListValue {
        public Moment {
            if (at.getNano() % 1000 != 0) {
                throw new IllegalArgumentException("A timestamp has whole microseconds.");
            }
        }
    }
}
