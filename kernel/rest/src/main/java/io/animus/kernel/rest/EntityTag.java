package io.animus.kernel.rest;

import java.util.regex.Pattern;

/** Strong entity tags: the version of a resource in quotes. */
final class EntityTag {
    private static final Pattern FORM = Pattern.compile("\"[\\x21\\x23-\\x7e]{1,64}\"");
    private static final Pattern VERSION = Pattern.compile("\"([1-9][0-9]{0,17})\"");

    /** What no resource has as its version. */
    private static final long NEVER = -1;

    private EntityTag() {}

    static String of(long version) {
        return "\"" + version + "\"";
    }

    /** Whether it is exactly one strong tag. */
    static boolean isForm(String tag) {
        return FORM.matcher(tag).matches();
    }

    /** The version that the tag names; a tag that the hub never made names one that no resource has. */
    static long version(String tag) {
        var form = VERSION.matcher(tag);
        return form.matches() ? Long.parseLong(form.group(1)) : NEVER;
    }
}
