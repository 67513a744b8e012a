package io.animus.api.events;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import java.net.URI;
import java.time.Instant;

/**
 * Something that happened in the hub, with the attributes of CloudEvents 1.0. It carries ids and links only: who wants
 * to know more asks the hub, with rights of its own.
 *
 * @param id the same at every repeat and replay
 * @param source names the hub
 * @param type {@code RunCreated}, {@code ModelApproved} …
 * @param subject id of what it is about
 * @param time when it happened
 * @param data ids and links
 */
public record DomainEvent(TypeId id, URI source, String type, String subject, Instant time, Json.Members data) {}
