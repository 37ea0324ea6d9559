"""The views of the DuckDB file: the questions that the tables are asked most.

One view is its name, a description whose first sentence is the grain of a row, and its SQL,
in words that DuckDB 1.2 understands as well.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class View:
    """One view of the DuckDB file."""

    name: str
    description: str
    sql: str


CONVERSATIONS = View(
    name="conversations",
    description=(
        "One row is one comment on an article, with the article and who wrote the comment: "
        "`commenters` are their names, in the order of the page; empty where nobody signed."
    ),
    sql="""
        SELECT
            article_id,
            articles.title AS article_title,
            articles.url,
            articles.published_at,
            comment_id,
            comments.parent_comment_id,
            comments.position,
            coalesce(signed.commenters, []) AS commenters,
            comments.body_text AS comment_text
        FROM comments
        JOIN articles USING (article_id)
        LEFT JOIN (
            SELECT comment_id, list(contributors.name ORDER BY contributions.position) AS commenters
            FROM contributions
            JOIN contributors USING (contributor_id)
            WHERE role = 'commenter' AND comment_id IS NOT NULL
            GROUP BY comment_id
        ) AS signed USING (comment_id)
        ORDER BY article_id, comments.position, comment_id
    """,
)

MOST_LINKED_HOSTS = View(
    name="most_linked_hosts",
    description=(
        "One row is one registered domain (one host, where a host is an address of numbers) that "
        "links lead to from other sites: how many links, and how many articles they stand in. "
        "Most links first."
    ),
    sql="""
        SELECT
            coalesce(registered_domain, host) AS registered_domain,
            count(*) AS links,
            count(DISTINCT article_id) AS articles
        FROM links
        WHERE kind = 'external' AND host IS NOT NULL
        GROUP BY ALL
        ORDER BY links DESC, articles DESC, registered_domain
    """,
)

CITATIONS = View(
    name="citations",
    description=(
        "One row is one article and another one of this dataset that it links to, from its body, its "
        "comments or any other part: `links` is how often, `regions` are the parts (a link in a `card` was "
        "put there by the site, one in a `comment` by a reader). The article comes first, what it cites has "
        "`cited_` before its columns."
    ),
    sql="""
        SELECT
            links.article_id,
            citing.site,
            citing.title AS article_title,
            citing.url,
            citing.published_at,
            links.target_article_id AS cited_article_id,
            cited.site AS cited_site,
            cited.title AS cited_title,
            cited.url AS cited_url,
            cited.published_at AS cited_published_at,
            count(*) AS links,
            list_sort(list(DISTINCT links.region)) AS regions
        FROM links
        JOIN articles AS citing ON citing.article_id = links.article_id
        JOIN articles AS cited ON cited.article_id = links.target_article_id
        WHERE links.target_article_id <> links.article_id
        GROUP BY ALL
        ORDER BY citing.site, citing.published_at, links.article_id, cited.published_at, cited_article_id
    """,
)

MOST_CITED_ARTICLES = View(
    name="most_cited_articles",
    description=(
        "One row is one article that other articles of this dataset link to: how many articles, how many of "
        "them on other sites, and by how many links. Most articles first."
    ),
    sql="""
        SELECT
            cited.article_id,
            cited.site,
            cited.title AS article_title,
            cited.url,
            cited.published_at,
            count(DISTINCT citing.article_id) AS citing_articles,
            count(DISTINCT citing.article_id) FILTER (citing.site <> cited.site) AS from_other_sites,
            count(*) AS links
        FROM links
        JOIN articles AS citing ON citing.article_id = links.article_id
        JOIN articles AS cited ON cited.article_id = links.target_article_id
        WHERE links.target_article_id <> links.article_id
        GROUP BY ALL
        ORDER BY citing_articles DESC, links DESC, cited.published_at, cited.article_id
    """,
)

CONTRIBUTOR_COMMENTS = View(
    name="contributor_comments",
    description=(
        "One row is one contributor's part in one comment (`role` says which), with the comment and "
        "the article that it stands under."
    ),
    sql="""
        SELECT
            contributor_id,
            contributors.site,
            contributors.name,
            contributions.role,
            article_id,
            articles.title AS article_title,
            articles.url,
            articles.published_at,
            comment_id,
            comments.position,
            comments.body_text AS comment_text
        FROM contributions
        JOIN contributors USING (contributor_id)
        JOIN comments USING (article_id, comment_id)
        JOIN articles USING (article_id)
        ORDER BY contributors.site, contributors.name, contributor_id, articles.published_at,
            article_id, comments.position
    """,
)

ARCHIVE_SUMMARY = View(
    name="archive_summary",
    description=(
        "One row is one site in one source: its raw posts, of which each is a revision or a reject, "
        "the articles whose current revision they hold, and the oldest and newest publication date. "
        "Rejects have no site."
    ),
    sql="""
        SELECT
            source,
            site,
            count(*) AS raw_posts,
            count(article_id) AS revisions,
            count(*) FILTER (WHERE is_current) AS articles,
            count(reason) AS rejects,
            min(published_at) AS first_published_at,
            max(published_at) AS last_published_at
        FROM (
            SELECT
                revisions.source, articles.site, article_id, is_current, revisions.published_at,
                NULL::VARCHAR AS reason
            FROM revisions
            JOIN articles USING (article_id)
            UNION ALL
            SELECT source, NULL, NULL, NULL, NULL, reason FROM rejects
        )
        GROUP BY source, site
        ORDER BY source, site NULLS LAST
    """,
)

VIEWS: tuple[View, ...] = (
    CONVERSATIONS,
    CONTRIBUTOR_COMMENTS,
    CITATIONS,
    MOST_CITED_ARTICLES,
    MOST_LINKED_HOSTS,
    ARCHIVE_SUMMARY,
)
