{#
    The lot that a person draws in something: evenly spread over 0 <= lot < 1, for ever the same for the same two, and
    independent between two draws. `what` names the draw and ends with a separator, `person` is the address hash.
    52 bits of SHA-256, as many as a double holds without rounding.
#}
{% macro lot(what, person) %}
cast(
    cast('x' || substr(encode(sha256(convert_to({{ what }}, 'UTF8') || {{ person }}), 'hex'), 1, 13) as bit(52)) as bigint
) / cast(4503599627370496 as double precision)
{%- endmacro %}
