package io.animus.kernel.domain.access;

/** What somebody is in the hub as a whole. */
public enum SystemRole {
    /** Plugins, composition, projects, service accounts; no data, no approvals. */
    PLATFORM_ADMIN("platform-admin"),
    /** Sessions, keys, trust roots, all audit. */
    SECURITY_OFFICER("security-officer");

    private final String word;

    SystemRole(String word) {
        this.word = word;
    }

    /** As tables and the API write it. */
    public String word() {
        return word;
    }

    /** @throws IllegalArgumentException if no role has this word */
    public static SystemRole of(String word) {
        for (var role : values()) {
            if (role.word.equals(word)) {
                return role;
            }
        }
        throw new IllegalArgumentException("no system role: " + word);
    }
}
