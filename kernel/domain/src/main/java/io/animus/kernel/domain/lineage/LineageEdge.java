package io.animus.kernel.domain.lineage;

import io.animus.api.types.TypeId;

/**
 * {@code from} relation {@code to}, written with the fact itself and never changed.
 *
 * @param from id of an entity
 * @param to id of an entity, or {@code <repository>@<commit>} for code
 */
public record LineageEdge(String from, Relation relation, String to) {

    /** An edge between two entities of the hub. */
    public static LineageEdge of(TypeId from, Relation relation, TypeId to) {
        return new LineageEdge(from.value(), relation, to.value());
    }
}
