package io.animus.api.database;

/**
 * How to reach the hub's database, with two roles: the owner of the tables, used for migrations alone, and the role that
 * the hub works with, which owns nothing.
 *
 * @param url {@code jdbc:postgresql://…}, without credentials
 */
public record DatabaseAccess(String url, Credentials owner, Credentials runtime) {

    /**
     * A database role and its password.
     *
     * @param password a secret
     */
    public record Credentials(String user, String password) {
        /** Without the password. */
        @Override
        public String toString() {
            return "Credentials[user=" + user + "]";
        }
    }
}
