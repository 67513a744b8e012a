package io.animus.kernel.guard;

/**
 * A service was hidden, from a plugin or with it. Said once per bundle of a plugin, use and service.
 *
 * @param plugin symbolic name of the plugin's bundle
 * @param version of that bundle
 * @param service an interface; {@link #FURTHER} stands for all further ones of a plugin that asks for very many
 */
public record Denial(String plugin, String version, Use use, String service) {
    /** In place of a service: any. */
    public static final String FURTHER = "*";

    /** What a plugin did with a service. */
    public enum Use {
        /** It looked the service up, listened for it or tracked it. */
        SEE("sees"),
        /** It registered the service. */
        PROVIDE("provides");

        private final String permission;

        Use(String permission) {
            this.permission = permission;
        }

        /** The list of the permissions that lacks the service. */
        public String permission() {
            return permission;
        }
    }
}
