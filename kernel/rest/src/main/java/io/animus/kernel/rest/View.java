package io.animus.kernel.rest;

/** Writes the members of something as the API shows it. */
interface View<T> {
    void write(JsonOutput output, T value);
}
