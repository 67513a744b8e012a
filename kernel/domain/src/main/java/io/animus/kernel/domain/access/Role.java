package io.animus.kernel.domain.access;

import java.util.Locale;

/** What somebody is in a project. Roles don't imply one another: {@link Permission} names all that carry a right. */
public enum Role {
    VIEWER,
    DEVELOPER,
    MAINTAINER,
    APPROVER,
    OWNER,
    AUDITOR;

    /** As tables and the API write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if no role has this word */
    public static Role of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
