"""Whole pages as the themes of the common engines write them, around invented words.

Each is a page "Nine Teapots" by Ada Marsh, of 3 May 2021, 08:00 UTC, whose text is TEXT, with what the engine puts
around it. Where it has comments there are three: 41 by Ben Ford, 42 by Ada Marsh, which answers it, 43 by Dot.
"""

# ruff: noqa: E501 - markup stands on the lines on which the engines write it

from __future__ import annotations

TITLE = "Nine Teapots"
FIRST = "The pot with the longest spout pours the shortest cup, and nobody at the ferry minds."
SECOND = "Eight of them leak; the ninth has never held water."
TEXT = f"{FIRST}\n\n{SECOND}"
BODY = f'<p>The pot with the longest <a href="/spouts">spout</a> pours the shortest cup, and nobody at the ferry minds.</p>\n<p>{SECOND}</p>'


def wordpress() -> str:
    """Twenty Twenty, WordPress 5.4, with Jetpack's share bar and related posts, and Yoast's metadata."""
    return f"""<!DOCTYPE html>
<html class="no-js" lang="en-GB">
<head>
<meta charset="UTF-8">
<title>Nine Teapots - Towpath Tea</title>
<link rel="canonical" href="https://towpath.example/2021/teapots/" />
<meta property="og:locale" content="en_GB" />
<meta property="og:type" content="article" />
<meta property="og:title" content="Nine Teapots - Towpath Tea" />
<meta property="og:description" content="On spouts." />
<meta property="og:url" content="https://towpath.example/2021/teapots/" />
<meta property="og:site_name" content="Towpath Tea" />
<meta property="article:published_time" content="2021-05-03T08:00:00+00:00" />
<meta property="article:modified_time" content="2021-06-01T10:30:00+00:00" />
<meta property="og:image" content="https://towpath.example/files/pot.jpg" />
<script type="application/ld+json" class="yoast-schema-graph">{{"@context":"https://schema.org","@graph":[
{{"@type":"WebSite","@id":"https://towpath.example/#website","url":"https://towpath.example/","name":"Towpath Tea"}},
{{"@type":"ImageObject","@id":"https://towpath.example/2021/teapots/#primaryimage","url":"https://towpath.example/files/pot.jpg"}},
{{"@type":"WebPage","@id":"https://towpath.example/2021/teapots/#webpage","url":"https://towpath.example/2021/teapots/","name":"Nine Teapots - Towpath Tea","datePublished":"2021-05-03T08:00:00+00:00","dateModified":"2021-06-01T10:30:00+00:00","author":{{"@id":"https://towpath.example/#/schema/person/9"}},"inLanguage":"en-GB"}},
{{"@type":"Person","@id":"https://towpath.example/#/schema/person/9","name":"Ada Marsh","image":{{"@type":"ImageObject","@id":"https://towpath.example/#personlogo","url":"https://avatars.example/ada.png"}}}}
]}}</script>
</head>
<body class="post-template-default single single-post postid-9 single-format-standard has-post-thumbnail">
<a class="skip-link screen-reader-text" href="#site-content">Skip to the content</a>
<header id="site-header" class="header-footer-group" role="banner">
 <div class="header-inner section-inner"><div class="header-titles">
  <div class="site-title faux-heading"><a href="https://towpath.example/">Towpath Tea</a></div>
  <div class="site-description">Cups and boats</div>
 </div>
 <nav class="primary-menu-wrapper" aria-label="Horizontal" role="navigation"><ul class="primary-menu reset-list-style">
  <li class="menu-item"><a href="https://towpath.example/about/">About</a></li></ul></nav></div>
</header>
<main id="site-content" role="main">
<article class="post-9 post type-post status-publish format-standard has-post-thumbnail hentry category-tea tag-spouts" id="post-9">
<header class="entry-header has-text-align-center header-footer-group"><div class="entry-header-inner section-inner medium">
 <div class="entry-categories"><span class="screen-reader-text">Categories</span><div class="entry-categories-inner">
  <a href="https://towpath.example/category/tea/" rel="category tag">Tea</a></div></div>
 <h1 class="entry-title">Nine Teapots</h1>
 <div class="post-meta-wrapper post-meta-single post-meta-single-top"><ul class="post-meta">
  <li class="post-author meta-wrapper"><span class="meta-icon"><span class="screen-reader-text">Post author</span></span>
   <span class="meta-text">By <a href="https://towpath.example/author/ada/">Ada Marsh</a></span></li>
  <li class="post-date meta-wrapper"><span class="meta-text"><a href="https://towpath.example/2021/teapots/">May 3, 2021</a></span></li>
  <li class="post-comment-link meta-wrapper"><span class="meta-text"><a href="https://towpath.example/2021/teapots/#comments">3 Comments on Nine Teapots</a></span></li>
 </ul></div></div></header>
<figure class="featured-media"><div class="featured-media-inner section-inner">
 <img width="1200" height="800" src="https://towpath.example/files/pot-1200x800.jpg" class="attachment-post-thumbnail size-post-thumbnail wp-post-image" alt="A pot" />
 <figcaption class="wp-caption-text">The ninth.</figcaption></div></figure>
<div class="post-inner thin"><div class="entry-content">
{BODY}
<div class="sharedaddy sd-sharing-enabled"><div class="robots-nocontent sd-block sd-social sd-social-icon sd-sharing"><h3 class="sd-title">Share this:</h3>
<div class="sd-content"><ul><li class="share-twitter"><a rel="nofollow noopener" class="share-twitter sd-button share-icon no-text" href="https://towpath.example/2021/teapots/?share=twitter" title="Click to share on Twitter"><span></span><span class="sharing-screen-reader-text">Click to share on Twitter</span></a></li></ul></div></div></div>
<div id="jp-relatedposts" class="jp-relatedposts"><h3 class="jp-relatedposts-headline"><em>Related</em></h3>
<div class="jp-relatedposts-items"><a class="jp-relatedposts-post-a" href="https://towpath.example/2020/cups/">Ten Cups</a></div></div>
</div></div>
<div class="section-inner"><div class="post-meta-wrapper post-meta-single post-meta-single-bottom"><ul class="post-meta">
 <li class="post-tags meta-wrapper"><span class="meta-text"><a href="https://towpath.example/tag/spouts/" rel="tag">spouts</a></span></li></ul></div>
<div class="author-bio"><div class="author-title-wrapper"><h2 class="author-title heading-size-4">By Ada Marsh</h2></div>
 <div class="author-description"><p>Ada keeps the ferry.</p></div></div></div>
<nav class="pagination-single section-inner" aria-label="Post" role="navigation"><hr class="styled-separator" />
 <a class="previous-post" href="https://towpath.example/2021/kettles/"><span class="title"><span class="title-inner">Kettles</span></span></a></nav>
<div class="comments-wrapper section-inner"><div class="comments" id="comments">
<div class="comments-header section-inner small max-percentage"><h2 class="comment-reply-title">3 replies on &ldquo;Nine Teapots&rdquo;</h2></div>
<div class="comments-inner section-inner thin max-percentage">
{_WORDPRESS_COMMENTS}
</div></div>
<div id="respond" class="comment-respond"><h2 id="reply-title" class="comment-reply-title">Leave a Reply</h2>
<form action="https://towpath.example/wp-comments-post.php" method="post" id="commentform" class="section-inner thin max-percentage" novalidate>
<p class="comment-notes">Your email address will not be published.</p><p><label for="comment">Comment</label><textarea id="comment" name="comment"></textarea></p></form></div>
</div>
</article></main>
<footer id="site-footer" role="contentinfo" class="header-footer-group"><p class="footer-copyright">&copy; 2021 <a href="https://towpath.example/">Towpath Tea</a></p></footer>
</body></html>"""


def _wordpress_comment(
    number: int, name: str, url: str | None, time: str, text: str, words: str, inner: str = ""
) -> str:
    linked = f'<a href="{url}" rel="external nofollow" class="url">' if url else ""
    return f"""<div id="comment-{number}" class="comment {words}">
<article id="div-comment-{number}" class="comment-body"><footer class="comment-meta"><div class="comment-author vcard">
{linked}<img alt="" src="https://secure.gravatar.com/avatar/{number}?s=120" class="avatar avatar-120 photo" height="120" width="120" /><span class="fn">{name}</span><span class="screen-reader-text says">says:</span>{"</a>" if url else ""}</div>
<div class="comment-metadata"><a href="https://towpath.example/2021/teapots/#comment-{number}"><time datetime="{time}" title="May 4, 2021 at 9:00 am">May 4, 2021 at 9:00 am</time></a></div></footer>
<div class="comment-content entry-content"><p>{text}</p></div>
<footer class="comment-footer-meta"><span class="comment-reply"><a rel="nofollow" class="comment-reply-link" href="https://towpath.example/2021/teapots/?replytocom={number}#respond">Reply</a></span></footer>
</article>{inner}</div><!-- #comment-## -->"""


_WORDPRESS_COMMENTS = _wordpress_comment(
    41,
    "Ben Ford",
    "https://ben.example/",
    "2021-05-04T09:00:00+00:00",
    'Mine <a href="https://drip.example/">drips</a>.',
    "even thread-even depth-1 parent",
    _wordpress_comment(
        42,
        "Ada Marsh",
        None,
        "2021-05-04T11:00:00+02:00",
        "Turn it.",
        "byuser comment-author-ada bypostauthor odd alt depth-2",
    ),
) + _wordpress_comment(
    43, "Dot", None, "2021-05-05T07:30:00+00:00", "Ten.", "even thread-odd thread-alt depth-1"
)


def kubrick() -> str:
    """WordPress's own theme from 2005 to 2010. It states neither author nor date, and its comments are signed in a <cite>."""
    comments = "".join(
        f"""<li {words}id="comment-{number}"><img alt='' src='https://secure.gravatar.com/avatar/{number}?s=32' class='avatar avatar-32 photo' /> <cite>{name}</cite> Says: <br />
<small class="commentmetadata"><a href="#comment-{number}" title="">{time}</a> </small>
<p>{text}</p></li>"""
        for number, words, name, time, text in (
            (
                41,
                'class="alt" ',
                '<a href="https://ben.example/" rel="external nofollow" class="url">Ben Ford</a>',
                "May 4th, 2021 at 9:00 am",
                'Mine <a href="https://drip.example/">drips</a>.',
            ),
            (42, "", "Ada Marsh", "May 4th, 2021 at 9:00 am", "Turn it."),
            (43, 'class="alt" ', "Dot", "May 5th, 2021 at 7:30 am", "Ten."),
        )
    )
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head profile="http://gmpg.org/xfn/11"><meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
<title>Towpath Tea  &raquo; Blog Archive   &raquo; Nine Teapots</title><meta name="generator" content="WordPress 2.6" /></head>
<body><div id="page"><div id="header"><div id="headerimg"><h1><a href="https://towpath.example/">Towpath Tea</a></h1><div class="description">Cups and boats</div></div></div><hr />
<div id="content" class="widecolumn"><div class="navigation"><div class="alignleft">&laquo; <a href="https://towpath.example/kettles/">Kettles</a></div><div class="alignright"></div></div>
<div class="post" id="post-9"><h2>Nine Teapots</h2><div class="entry">{BODY}
<p class="postmetadata alt"><small>This entry was posted on Monday, May 3rd, 2021 and is filed under <a href="https://towpath.example/category/tea/" title="View all posts in Tea" rel="category tag">Tea</a>.</small></p></div></div>
<h3 id="comments">3 Responses to &#8220;Nine Teapots&#8221;</h3>
<ol class="commentlist">{comments}</ol>
<h3 id="respond">Leave a Reply</h3><form action="https://towpath.example/wp-comments-post.php" method="post" id="commentform"><p><input type="text" name="author" id="author" value="" /><label for="author"><small>Name</small></label></p></form></div>
<hr /><div id="footer"><p>Towpath Tea is proudly powered by <a href="https://wordpress.example/">WordPress</a></p></div></div></body></html>"""


def drupal7() -> str:
    """Bartik, Drupal 7, with the module RDF."""
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML+RDFa 1.0//EN" "http://www.w3.org/MarkUp/DTD/xhtml-rdfa-1.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" version="XHTML+RDFa 1.0" dir="ltr">
<head><meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<meta name="Generator" content="Drupal 7 (http://drupal.org)" /><link rel="canonical" href="/2021/teapots" />
<title>Nine Teapots | Towpath Tea</title></head>
<body class="html not-front not-logged-in one-sidebar sidebar-first page-node page-node- page-node-9 node-type-article" >
<div id="skip-link"><a href="#main-content" class="element-invisible element-focusable">Skip to main content</a></div>
<div id="page-wrapper"><div id="page">
<div id="header" class="without-secondary-menu"><div class="section clearfix">
 <div id="name-and-slogan"><div id="site-name"><strong><a href="/" title="Home" rel="home"><span>Towpath Tea</span></a></strong></div></div>
 <div id="main-menu" class="navigation"><h2 class="element-invisible">Main menu</h2><ul id="main-menu-links" class="links clearfix"><li class="menu-218 first last"><a href="/">Home</a></li></ul></div></div></div>
<div id="main-wrapper" class="clearfix"><div id="main" class="clearfix">
<div id="breadcrumb"><h2 class="element-invisible">You are here</h2><div class="breadcrumb"><a href="/">Home</a></div></div>
<div id="sidebar-first" class="column sidebar"><div class="section"><div class="region region-sidebar-first"><div class="block block-user contextual-links-region"><h2>User login</h2><div class="content"><form action="/user" method="post"><label>Username</label><input type="text" name="name" /></form></div></div></div></div></div>
<div id="content" class="column"><div class="section"><a id="main-content"></a><h1 class="title" id="page-title">Nine Teapots</h1>
<div class="region region-content"><div id="block-system-main" class="block block-system"><div class="content">
<div id="node-9" class="node node-article node-full clearfix" about="/2021/teapots" typeof="sioc:Item foaf:Document">
<span property="dc:title" content="Nine Teapots" class="rdf-meta element-hidden"></span><span property="sioc:num_replies" content="3" datatype="xsd:integer" class="rdf-meta element-hidden"></span>
<div class="meta submitted"><span property="dc:date dc:created" content="2021-05-03T10:00:00+02:00" datatype="xsd:dateTime" rel="sioc:has_creator">Submitted by <span class="username" xml:lang="" about="/users/ada" typeof="sioc:UserAccount" property="foaf:name" datatype="">Ada Marsh</span> on Mon, 05/03/2021 - 10:00</span></div>
<div class="content clearfix"><div class="field field-name-body field-type-text-with-summary field-label-hidden"><div class="field-items"><div class="field-item even" property="content:encoded">{BODY}</div></div></div>
<div class="field field-name-field-tags field-type-taxonomy-term-reference field-label-above clearfix"><h3 class="field-label">Tags: </h3><ul class="links"><li class="taxonomy-term-reference-0" rel="dc:subject"><a href="/tags/spouts" typeof="skos:Concept" property="rdfs:label skos:prefLabel" datatype="">spouts</a></li></ul></div></div>
<div class="link-wrapper"></div>
<div id="comments" class="comment-wrapper"><h2 class="title">Comments</h2>
{_DRUPAL7_COMMENTS}
</div></div></div></div></div></div></div></div></div>
<div id="footer-wrapper"><div class="section"><div id="footer" class="clearfix"><div class="region region-footer"><div id="block-system-powered-by" class="block"><div class="content"><span>Powered by <a href="http://drupal.example">Drupal</a></span></div></div></div></div></div></div>
</div></div></body></html>"""


def _drupal7_comment(number: int, name: str, time: str, title: str, text: str, words: str = "") -> str:
    return f"""<a id="comment-{number}"></a>
<div class="comment {words} clearfix" about="/comment/{number}#comment-{number}" typeof="sioc:Post sioct:Comment">
<div class="attribution"><div class="submitted"><p class="commenter-name"><span class="username" xml:lang="" typeof="sioc:UserAccount" property="foaf:name" datatype="">{name}</span></p>
<p class="comment-time"><span property="dc:date dc:created" content="{time}" datatype="xsd:dateTime" rel="sioc:has_creator">Tue, 05/04/2021 - 11:00</span></p>
<p class="comment-permalink"><a class="permalink" rel="bookmark" href="/comment/{number}#comment-{number}">Permalink</a></p></div></div>
<div class="comment-text"><div class="comment-arrow"></div><h3 property="dc:title" datatype=""><a href="/comment/{number}#comment-{number}" class="permalink" rel="bookmark">{title}</a></h3>
<div class="content"><span rel="sioc:reply_of" resource="/2021/teapots" class="rdf-meta element-hidden"></span><div class="field field-name-comment-body field-type-text-long field-label-hidden"><div class="field-items"><div class="field-item even" property="content:encoded"><p>{text}</p></div></div></div></div>
<ul class="links inline"><li class="comment-reply first last"><a href="/comment/reply/9/{number}">reply</a></li></ul></div></div>"""


_DRUPAL7_COMMENTS = (
    _drupal7_comment(
        41,
        "Ben Ford",
        "2021-05-04T11:00:00+02:00",
        "Drips",
        'Mine <a href="https://drip.example/" rel="nofollow">drips</a>.',
        "comment-by-anonymous",
    )
    + '\n<div class="indented">'
    + _drupal7_comment(
        42, "Ada Marsh", "2021-05-04T11:00:00+02:00", "Turn", "Turn it.", "comment-by-node-author"
    )
    + "</div>"
    + _drupal7_comment(43, "Dot", "2021-05-05T07:30:00+00:00", "Ten", "Ten.", "comment-by-anonymous")
)


def drupal8() -> str:
    """Classy, Drupal 8."""
    return f"""<!DOCTYPE html>
<html lang="en" dir="ltr" prefix="content: http://purl.org/rss/1.0/modules/content/ dc: http://purl.org/dc/terms/ schema: http://schema.org/">
<head><meta charset="utf-8" /><meta name="Generator" content="Drupal 8 (https://www.drupal.org)" />
<link rel="canonical" href="https://towpath.example/2021/teapots" /><title>Nine Teapots | Towpath Tea</title></head>
<body class="path-node page-node-type-article"><a href="#main-content" class="visually-hidden focusable skip-link">Skip to main content</a>
<div class="dialog-off-canvas-main-canvas" data-off-canvas-main-canvas><div class="layout-container">
<header role="banner"><div class="region region-header"><div id="block-branding" class="block block-system block-system-branding-block"><a href="/" title="Home" rel="home" class="site-name">Towpath Tea</a></div></div></header>
<main role="main"><a id="main-content" tabindex="-1"></a><div class="layout-content"><div class="region region-content">
<div id="block-page-title" class="block block-core block-page-title-block"><h1 class="page-title"><span property="schema:name" class="field field--name-title field--type-string field--label-hidden">Nine Teapots</span></h1></div>
<article role="article" about="/2021/teapots" typeof="schema:Article" class="node node--type-article node--promoted node--view-mode-full">
<span property="schema:name" content="Nine Teapots" class="rdf-meta hidden"></span>
<footer class="node__meta"><div class="node__submitted">Submitted by <span rel="schema:author" class="field field--name-uid field--type-entity-reference field--label-hidden"><a title="View user profile." href="/user/4" lang="" about="/user/4" typeof="schema:Person" property="schema:name" datatype="" class="username">Ada Marsh</a></span> on <span property="schema:dateCreated" content="2021-05-03T08:00:00+00:00" class="field field--name-created field--type-created field--label-hidden">Mon, 05/03/2021 - 08:00</span></div></footer>
<div class="node__content"><div property="schema:text" class="clearfix text-formatted field field--name-body field--type-text-with-summary field--label-hidden field__item">{BODY}</div>
<section rel="schema:comment" class="field field--name-comment field--type-comment field--label-above comment-wrapper"><h2 class="title field__label">Comments</h2>
{_DRUPAL8_COMMENTS}
<h2 class="title comment-form__title">Add new comment</h2><form class="comment-comment-form comment-form" action="/comment/reply/node/9/comment" method="post"><label>Your name</label><input type="text" name="name" /></form>
</section></div></article></div></div></main>
<footer role="contentinfo"><div class="region region-footer"><span>Powered by <a href="https://drupal.example">Drupal</a></span></div></footer>
</div></div></body></html>"""


def _drupal8_comment(number: int, name: str, time: str, title: str, text: str, words: str) -> str:
    return f"""<a id="comment-{number}"></a>
<article role="article" data-comment-user-id="0" about="/comment/{number}" typeof="schema:Comment" class="comment js-comment {words} clearfix">
<span class="hidden" data-comment-timestamp="1620118800"></span>
<footer class="comment__meta"><p class="comment__submitted">Submitted by <span rel="schema:author"><span lang="" typeof="schema:Person" property="schema:name" datatype="">{name}</span></span> on Tue, 05/04/2021 - 09:00<span property="schema:dateCreated" content="{time}" class="rdf-meta hidden"></span></p>
<a href="/comment/{number}#comment-{number}" hreflang="und">Permalink</a></footer>
<div class="comment__content"><h3 property="schema:name" datatype=""><a href="/comment/{number}#comment-{number}" class="permalink" rel="bookmark" hreflang="und">{title}</a></h3>
<div property="schema:text" class="clearfix text-formatted field field--name-comment-body field--type-text-long field--label-hidden field__item"><p>{text}</p></div>
<ul class="links inline"><li class="comment-reply"><a href="/comment/reply/node/9/comment/{number}">Reply</a></li></ul></div></article>"""


_DRUPAL8_COMMENTS = (
    _drupal8_comment(
        41,
        "Ben Ford",
        "2021-05-04T09:00:00+00:00",
        "Drips",
        'Mine <a href="https://drip.example/">drips</a>.',
        "by-anonymous",
    )
    + '<div class="indented">'
    + _drupal8_comment(42, "Ada Marsh", "2021-05-04T09:00:00+00:00", "Turn", "Turn it.", "by-node-author")
    + "</div>"
    + _drupal8_comment(43, "Dot", "2021-05-05T07:30:00+00:00", "Ten", "Ten.", "by-anonymous")
)


def discourse() -> str:
    """A topic as Discourse 3 writes it for crawlers."""
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Nine Teapots - Spouts - Towpath Forum</title>
<meta name="description" content="On spouts."><meta name="generator" content="Discourse 3.2.0">
<link rel="canonical" href="https://forum.example/t/nine-teapots/9" />
<meta property="og:site_name" content="Towpath Forum" /><meta property="og:title" content="Nine Teapots" />
<meta property="article:published_time" content="2021-05-03T08:00:00+00:00" /></head>
<body class="crawler browser-update">
<header><a href="/">Towpath Forum</a></header>
<div id="main-outlet" class="wrap" role="main">
<div id="topic-title"><h1><a href="/t/nine-teapots/9">Nine Teapots</a></h1>
<div class="topic-category" itemscope itemtype="http://schema.org/BreadcrumbList"><span itemprop="itemListElement" itemscope itemtype="http://schema.org/ListItem"><a href="/c/spouts/5" class="badge-wrapper bullet" itemprop="item"><span class="category-name" itemprop="name">Spouts</span></a><meta itemprop="position" content="1" /></span></div></div>
<div itemscope itemtype="http://schema.org/DiscussionForumPosting">
<meta itemprop="headline" content="Nine Teapots"><link itemprop="url" href="https://forum.example/t/nine-teapots/9"><meta itemprop="datePublished" content="2021-05-03T08:00:00Z"><meta itemprop="articleSection" content="Spouts">
<div id="post_1" class="topic-body crawler-post"><div class="crawler-post-meta">
<span class="creator" itemprop="author" itemscope itemtype="http://schema.org/Person"><a itemprop="url" href="https://forum.example/u/ada"><span itemprop="name">Ada Marsh</span></a></span>
<link itemprop="mainEntityOfPage" href="https://forum.example/t/nine-teapots/9">
<span class="crawler-post-infos"><time datetime="2021-05-03T08:00:00Z" class="post-time">May 3, 2021, 8:00am</time><meta itemprop="dateModified" content="2021-05-03T08:00:00Z"><span itemprop="position">1</span></span></div>
<div class="post" itemprop="text">{BODY}</div>
<div itemprop="interactionStatistic" itemscope itemtype="http://schema.org/InteractionCounter"><meta itemprop="interactionType" content="http://schema.org/LikeAction"/><span class="post-likes">2 Likes</span></div></div>
{_DISCOURSE_POSTS}
</div>
<div id="related-topics" class="more-topics__list" role="complementary"><h3 class="more-topics__list-title">Related topics</h3><div class="topic-list-container"><a href="/t/cups/8" class="title">Ten Cups</a></div></div>
</div>
<footer class="container wrap"><nav class="crawler-nav"><ul><li><a href="/">Home</a></li><li><a href="/tos">Terms of Service</a></li></ul></nav></footer>
</body></html>"""


def _discourse_post(number: int, name: str, slug: str, time: str, text: str) -> str:
    return f"""<div id="post_{number}" itemprop="comment" itemscope itemtype="http://schema.org/Comment" class="topic-body crawler-post"><div class="crawler-post-meta">
<span class="creator" itemprop="author" itemscope itemtype="http://schema.org/Person"><a itemprop="url" href="https://forum.example/u/{slug}"><span itemprop="name">{name}</span></a></span>
<span class="crawler-post-infos"><time itemprop="datePublished" datetime="{time}" class="post-time">May 4, 2021, 9:00am</time><span itemprop="position">{number}</span></span></div>
<div class="post" itemprop="text"><p>{text}</p></div>
<div itemprop="interactionStatistic" itemscope itemtype="http://schema.org/InteractionCounter"><span class="post-likes">1 Like</span></div></div>"""


_DISCOURSE_POSTS = (
    _discourse_post(
        2, "Ben Ford", "ben", "2021-05-04T09:00:00Z", 'Mine <a href="https://drip.example/">drips</a>.'
    )
    + _discourse_post(3, "Ada Marsh", "ada", "2021-05-04T09:00:00Z", "Turn it.")
    + _discourse_post(4, "Dot", "dot", "2021-05-05T07:30:00Z", "Ten.")
)


def old_discourse() -> str:
    """A topic as Discourse 2 wrote it: every post a DiscussionForumPosting."""
    posts = "".join(
        f"""<div itemscope itemtype='http://schema.org/DiscussionForumPosting' class='topic-body crawler-post'><div class='crawler-post-meta'>
<div itemprop='publisher' itemscope itemtype="http://schema.org/Organization"><meta itemprop='name' content='Towpath Forum'></div>
<span class='creator' itemprop='author' itemscope itemtype='http://schema.org/Person'><a itemprop='url' href='https://forum.example/u/{slug}'><span itemprop='name'>{name}</span></a></span>
<link itemprop="mainEntityOfPage" href="https://forum.example/t/nine-teapots/9">
<span class='crawler-post-infos'><time itemprop='datePublished' datetime='{time}' class='post-time'>May 3, 2021, 8:00am</time><span itemprop='position'>#{number}</span></span></div>
<div class='post' itemprop='articleBody'>{text}</div><meta itemprop='headline' content='Nine Teapots'></div>"""
        for number, name, slug, time, text in (
            (1, "Ada Marsh", "ada", "2021-05-03T08:00:00Z", BODY),
            (
                2,
                "Ben Ford",
                "ben",
                "2021-05-04T09:00:00Z",
                '<p>Mine <a href="https://drip.example/">drips</a>.</p>',
            ),
            (3, "Ada Marsh", "ada", "2021-05-04T09:00:00Z", "<p>Turn it.</p>"),
            (4, "Dot", "dot", "2021-05-05T07:30:00Z", "<p>Ten.</p>"),
        )
    )
    return f"""<!DOCTYPE html><html lang="en"><head><title>Nine Teapots - Towpath Forum</title><meta name="generator" content="Discourse 2.6.0"></head>
<body class="crawler"><header><a href="/">Towpath Forum</a></header><div id="main-outlet" class="wrap" role="main">
<div id="topic-title"><h1><a href="/t/nine-teapots/9">Nine Teapots</a></h1></div>{posts}</div></body></html>"""


def blogger() -> str:
    """A theme of Blogger of 2018 (Contempo), with threaded comments."""
    return f"""<!DOCTYPE html>
<html dir='ltr' lang='en-GB'><head><meta content='width=device-width, initial-scale=1' name='viewport'/><title>Nine Teapots</title>
<meta content='blogger' name='generator'/><link href='https://towpath.example/2021/05/teapots.html' rel='canonical'/>
<meta content='Nine Teapots' property='og:title'/></head>
<body class='item-view version-1-3-0'><a class='skip-navigation' href='#main' tabindex='0'>Skip to main content</a>
<div class='page'><div class='page_body'><div class='centered'>
<header class='centered-top-container' role='banner'><div class='widget Header'><div><h1><a href='https://towpath.example/'>Towpath Tea</a></h1></div></div></header>
<main class='main-container' id='main' role='main' tabindex='-1'><div class='main section' id='page_body'><div class='widget Blog' data-version='2' id='Blog1'><div class='blog-posts hfeed container'>
<article class='post-outer-container'><div class='post-outer'><div class='post-title-container'></div>
<div class='post'><script type='application/ld+json'>{{"@context": "http://schema.org", "@type": "BlogPosting", "mainEntityOfPage": {{"@type": "WebPage", "@id": "https://towpath.example/2021/05/teapots.html"}}, "headline": "Nine Teapots","description": "", "datePublished": "2021-05-03T10:00:00+02:00", "dateModified": "2021-05-03T10:00:00+02:00","image": {{"@type": "ImageObject","url": "https://lh3.example/pot.png"}},"publisher": {{"@type": "Organization","name": "Blogger"}},"author": {{"@type": "Person","name": "Ada Marsh"}}}}</script>
<a name='777'></a><h3 class='post-title entry-title'>Nine Teapots</h3>
<div class='post-header'><div class='post-header-line-1'><span class='byline post-author vcard'><span class='post-author-label'>By</span><span class='fn'><meta content='https://www.blogger.com/profile/1'/><a class='g-profile' href='https://www.blogger.com/profile/1' rel='author' title='author profile'><span>Ada Marsh</span></a></span></span>
<span class='byline post-timestamp'>- <meta content='https://towpath.example/2021/05/teapots.html'/><a class='timestamp-link' href='https://towpath.example/2021/05/teapots.html' rel='bookmark' title='permanent link'><time class='published' datetime='2021-05-03T10:00:00+02:00' title='2021-05-03T10:00:00+02:00'>May 03, 2021</time></a></span></div></div>
<div class='post-body entry-content float-container' id='post-body-777'>{BODY}</div>
<div class='post-footer container'><div class='post-footer-line post-footer-line-1'><span class='byline post-labels'><span class='byline-label'>Labels</span><a href='https://towpath.example/search/label/spouts' rel='tag'>spouts</a></span></div></div></div>
<section class='comments embed' data-num-comments='3' id='comments'><a name='comments'></a><h3 class='title'>Comments</h3>
<div class='comments-content'><div id='comment-holder'><div class="comment-thread toplevel-thread"><ol id="top-ra">
{_BLOGGER_COMMENTS}
</ol></div></div></div>
<p class='comment-footer'><div class='comment-form'><a name='comment-form'></a><h4 id='comment-post-message'>Post a Comment</h4></div></p></section></div></article>
<div class='desktop-ad mobile-ad'></div></div></div></div></main></div>
<footer class='footer section' id='footer'><div class='widget Attribution'><div class='blogger'><a href='https://www.blogger.example'>Powered by Blogger</a></div></div></footer></div></div></body></html>"""


def _blogger_comment(number: int, name: str, milliseconds: int, text: str, inner: str = "") -> str:
    return f"""<li class="comment" id="c{number}"><div class="avatar-image-container"><img src="//resources.blogblog.com/img/blank.gif" alt=""/></div>
<div class="comment-block"><div class="comment-header"><cite class="user"><a href="https://www.blogger.com/profile/{number}" rel="nofollow">{name}</a></cite><span class="icon user "></span><span class="datetime secondary-text"><a rel="nofollow" href="https://towpath.example/2021/05/teapots.html?showComment={milliseconds}#c{number}">4 May 2021 at 02:00</a></span></div>
<p class="comment-content">{text}</p><span class="comment-actions secondary-text"><a class="comment-reply" target="_self" data-comment-id="{number}">Reply</a><span class="item-control blog-admin blog-admin pid-1"><a target="_self" href="https://www.blogger.com/delete-comment.g?blogID=1&amp;postID={number}">Delete</a></span></span></div>
<div class="comment-replies"><div id="c{number}-rt" class="comment-thread inline-thread"><span class="thread-toggle thread-expanded"><span class="thread-arrow"></span><span class="thread-count"><a target="_self">Replies</a></span></span><ol id="c{number}-ra" class="thread-chrome thread-expanded">{inner}</ol></div></div></li>"""


_BLOGGER_COMMENTS = _blogger_comment(
    41,
    "Ben Ford",
    1620118800000,
    'Mine <a href="https://drip.example/" rel="nofollow">drips</a>.',
    _blogger_comment(42, "Ada Marsh", 1620118800000, "Turn it."),
) + _blogger_comment(43, "Dot", 1620199800000, "Ten.")


def old_blogger() -> str:
    """A theme of Blogger before 2012: the comments are a list of definitions."""
    comments = "".join(
        f"""<dt class='comment-author ' id='c{number}'><a name='c{number}'></a><a href='https://www.blogger.com/profile/{number}' rel='nofollow'>{name}</a> said...</dt>
<dd class='comment-body' id='Blog1_cmt-{number}'><p>{text}</p></dd>
<dd class='comment-footer'><span class='comment-timestamp'><a href='https://towpath.example/2009/05/teapots.html?showComment={time}#c{number}' title='comment permalink'>4 May 2021 02:00</a></span></dd>"""
        for number, name, time, text in (
            (41, "Ben Ford", 1620118800000, 'Mine <a href="https://drip.example/" rel="nofollow">drips</a>.'),
            (42, "Ada Marsh", 1620118800000, "Turn it."),
            (43, "Dot", 1620199800000, "Ten."),
        )
    )
    return f"""<!DOCTYPE html><html><head><title>Towpath Tea: Nine Teapots</title><meta content='blogger' name='generator'/></head>
<body><div id='outer-wrapper'><div class='header section' id='header'><div class='widget Header' id='Header1'><h1 class='title'><a href='https://towpath.example/'>Towpath Tea</a></h1></div></div>
<div class='main section' id='main'><div class='widget Blog' id='Blog1'><div class='blog-posts hfeed'><div class='post-outer'><div class='post hentry uncustomized-post-template'>
<a name='777'></a><h3 class='post-title entry-title'>Nine Teapots</h3><div class='post-header-line-1'></div>
<div class='post-body entry-content'>{BODY}<div style='clear: both;'></div></div>
<div class='post-footer'><div class='post-footer-line post-footer-line-1'><span class='post-author vcard'>Posted by <span class='fn'>Ada Marsh</span></span>
<span class='post-timestamp'>at <a class='timestamp-link' href='https://towpath.example/2009/05/teapots.html' rel='bookmark' title='permanent link'><abbr class='published' title='2021-05-03T10:00:00+02:00'>10:00 AM</abbr></a></span></div></div></div>
<div class='comments' id='comments'><a name='comments'></a><h4>3 comments:</h4><div id='Blog1_comments-block-wrapper'><dl class='avatar-comment-indent' id='comments-block'>{comments}</dl></div>
<p class='comment-footer'><a href='https://www.blogger.com/comment.g?blogID=1&amp;postID=777' onclick=''>Post a Comment</a></p></div></div></div></div></div>
<div class='sidebar section' id='sidebar'><div class='widget BlogArchive'><h2>Blog Archive</h2><a href='https://towpath.example/2009/'>2009</a></div></div></div></body></html>"""


def jekyll() -> str:
    """Minima, Jekyll's own theme, with microdata, a licence and a Disqus thread that a browser had rendered."""
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Nine Teapots | Towpath Tea</title>
<meta name="generator" content="Jekyll v4.2.0" /><meta property="og:title" content="Nine Teapots" /><meta name="author" content="Ada Marsh" />
<link rel="canonical" href="https://towpath.example/2021/teapots.html" /></head>
<body><header class="site-header"><div class="wrapper"><a class="site-title" rel="author" href="/">Towpath Tea</a><nav class="site-nav"><a class="page-link" href="/about/">About</a></nav></div></header>
<main class="page-content" aria-label="Content"><div class="wrapper">
<article class="post h-entry" itemscope itemtype="http://schema.org/BlogPosting">
<header class="post-header"><h1 class="post-title p-name" itemprop="name headline">Nine Teapots</h1>
<p class="post-meta"><time class="dt-published" datetime="2021-05-03T08:00:00+00:00" itemprop="datePublished">May 3, 2021</time> • <span itemprop="author" itemscope itemtype="http://schema.org/Person"><span class="p-author h-card" itemprop="name">Ada Marsh</span></span></p></header>
<div class="post-content e-content" itemprop="articleBody">{BODY}</div>
<div id="disqus_thread"><div id="layout"><ul class="nav nav-primary"><li class="tab-conversation"><a href="#" class="publisher-nav-color"><span class="comment-count">3 comments</span></a></li></ul>
<section id="conversation"><div id="posts"><ul id="post-list" class="post-list">{_DISQUS_POSTS}</ul></div></section></div></div>
<a class="u-url" href="/2021/teapots.html" hidden></a></article></div></main>
<footer class="site-footer h-card"><data class="u-url" href="/"></data><div class="wrapper"><p>Written under a <a rel="license" href="https://creativecommons.org/licenses/by-sa/4.0/">licence</a>.</p></div></footer></body></html>"""


def _disqus_post(number: int, name: str, text: str, title: str, inner: str = "") -> str:
    return f"""<li class="post" id="post-{number}"><div data-role="post-content" class="post-content"><div class="indicator"></div>
<div class="avatar hovercard"><a href="https://disqus.example/by/u{number}/" class="user"><img data-role="user-avatar" src="//avatars.example/u{number}.jpg" alt="Avatar"></a></div>
<div class="post-body"><header><span class="post-byline"><span class="author publisher-anchor-color"><a href="https://disqus.example/by/u{number}/">{name}</a></span></span>
<span class="post-meta"><span class="bullet time-ago-bullet">•</span><a href="https://towpath.example/2021/teapots.html#comment-{number}" data-role="relative-time" class="time-ago" title="{title}">a year ago</a></span></header>
<div class="post-body-inner"><div class="post-message-container" data-role="message-container"><div class="post-message " data-role="message"><p>{text}</p></div></div></div>
<footer><menu><li class="reply" data-role="reply-link"><a href="#"><span class="text">Reply</span></a></li></menu></footer></div></div>
<ul data-role="children" class="children">{inner}</ul></li>"""


_DISQUS_POSTS = _disqus_post(
    41,
    "Ben Ford",
    'Mine <a href="https://drip.example/" rel="nofollow">drips</a>.',
    "Tuesday, May 4, 2021 9:00 AM",
    _disqus_post(42, "Ada Marsh", "Turn it.", "Tuesday, May 4, 2021 9:00 AM"),
) + _disqus_post(43, "Dot", "Ten.", "Wednesday, May 5, 2021 7:30 AM")


def hugo() -> str:
    """PaperMod, a theme of Hugo, with Isso."""
    return f"""<!DOCTYPE html><html lang="en" dir="auto"><head><meta charset="utf-8"><title>Nine Teapots | Towpath Tea</title><meta name="keywords" content="spouts, tea">
<meta name="author" content="Ada Marsh"><meta property="og:title" content="Nine Teapots"><meta property="article:section" content="posts"><meta property="article:published_time" content="2021-05-03T08:00:00&#43;00:00"></head>
<body id="top"><header class="header"><nav class="nav"><div class="logo"><a href="/" accesskey="h" title="Towpath Tea">Towpath Tea</a></div><ul id="menu"><li><a href="/posts/"><span>Posts</span></a></li></ul></nav></header>
<main class="main"><article class="post-single"><header class="post-header"><div class="breadcrumbs"><a href="/">Home</a>&nbsp;»&nbsp;<a href="/posts/">Posts</a></div>
<h1 class="post-title entry-hint-parent">Nine Teapots</h1><div class="post-description">On spouts.</div><div class="post-meta"><span title='2021-05-03 08:00:00 +0000 UTC'>May 3, 2021</span>&nbsp;·&nbsp;1 min&nbsp;·&nbsp;Ada Marsh</div></header>
<div class="post-content">{BODY}</div>
<footer class="post-footer"><ul class="post-tags"><li><a href="/tags/spouts/">spouts</a></li></ul>
<nav class="paginav"><a class="prev" href="/posts/cups/"><span class="title">« Prev</span><br><span>Ten Cups</span></a></nav>
<ul class="share-buttons"><li><a target="_blank" rel="noopener noreferrer" href="https://x.com/intent/tweet/?text=Nine%20Teapots" aria-label="share on x"><svg></svg></a></li></ul></footer>
<section id="isso-thread"><h4 class="isso-thread-heading">3 Comments</h4><div class="isso-postbox"><div class="isso-form-wrapper"><p class="isso-post-action"><input type="submit" value="Submit"></p></div></div>
<div id="isso-root">{_ISSO_COMMENTS}</div></section></article></main>
<footer class="footer"><span>&copy; 2021 <a href="/">Towpath Tea</a></span></footer></body></html>"""


def _isso_comment(number: int, name: str, url: str | None, time: str, text: str, inner: str = "") -> str:
    author = (
        f'<a class="isso-author" href="{url}" rel="nofollow">{name}</a>'
        if url
        else f'<span class="isso-author">{name}</span>'
    )
    return f"""<div class="isso-comment" id="isso-{number}"><div class="isso-avatar"><svg data-hash="1"></svg></div><div class="isso-text-wrapper">
<div class="isso-comment-header">{author}<span class="isso-spacer">•</span><a class="isso-permalink" href="#isso-{number}"><time title="{time}" datetime="{time}">2 years ago</time></a></div>
<div class="isso-text"><p>{text}</p></div><div class="isso-comment-footer"><a class="isso-upvote" href="#">up</a><a class="isso-reply" href="#">Reply</a></div></div><div class="isso-follow-up">{inner}</div></div>"""


_ISSO_COMMENTS = _isso_comment(
    41,
    "Ben Ford",
    "https://ben.example/",
    "2021-05-04T09:00:00.000Z",
    'Mine <a href="https://drip.example/">drips</a>.',
    _isso_comment(42, "Ada Marsh", None, "2021-05-04T09:00:00.000Z", "Turn it."),
) + _isso_comment(43, "Dot", None, "2021-05-05T07:30:00.000Z", "Ten.")


def ghost() -> str:
    """Casper, Ghost's own theme."""
    return f"""<!DOCTYPE html><html lang="en"><head><title>Nine Teapots</title><meta charset="utf-8"><meta property="og:site_name" content="Towpath Tea"><meta property="og:title" content="Nine Teapots">
<meta property="article:published_time" content="2021-05-03T08:00:00.000Z"><meta property="article:tag" content="Spouts"><meta property="article:tag" content="Tea"><meta property="og:image" content="https://towpath.example/content/images/pot.jpg">
<script type="application/ld+json">{{"@context": "https://schema.org","@type": "Article","publisher": {{"@type": "Organization","name": "Towpath Tea","url": "https://towpath.example/"}},"author": {{"@type": "Person","name": "Ada Marsh","url": "https://towpath.example/author/ada/","image": {{"@type": "ImageObject","url": "https://towpath.example/content/images/ada.jpg"}},"sameAs": []}},"headline": "Nine Teapots","url": "https://towpath.example/teapots/","datePublished": "2021-05-03T08:00:00.000Z","dateModified": "2021-05-03T09:00:00.000Z","keywords": "Spouts, Tea","mainEntityOfPage": "https://towpath.example/teapots/"}}</script>
<meta name="generator" content="Ghost 5.2"></head>
<body class="post-template tag-spouts is-head-left-logo"><div class="viewport"><header id="gh-head" class="gh-head outer"><nav class="gh-head-inner inner"><div class="gh-head-brand"><a class="gh-head-logo no-image" href="https://towpath.example">Towpath Tea</a></div></nav></header>
<div class="site-content"><main id="site-main" class="site-main">
<article class="article post tag-spouts featured"><header class="article-header gh-canvas"><div class="article-tag post-card-tags"><span class="post-card-primary-tag"><a href="/tag/spouts/">Spouts</a></span></div>
<h1 class="article-title">Nine Teapots</h1><p class="article-excerpt">On spouts and their cups.</p>
<div class="article-byline"><section class="article-byline-content"><ul class="author-list"><li class="author-list-item"><a href="/author/ada/" class="author-avatar"><img class="author-profile-image" src="/content/images/ada.jpg" alt="Ada Marsh" /></a></li></ul>
<div class="article-byline-meta"><h4 class="author-name"><a href="/author/ada/">Ada Marsh</a></h4><div class="byline-meta-content"><time class="byline-meta-date" datetime="2021-05-03">May 3, 2021</time><span class="byline-reading-time"><span class="bull">&bull;</span> 1 min read</span></div></div></section></div>
<figure class="article-image"><img srcset="/content/images/size/w300/pot.jpg 300w, /content/images/pot.jpg 2000w" src="/content/images/pot.jpg" alt="Nine Teapots" /><figcaption>The ninth.</figcaption></figure></header>
<section class="gh-content gh-canvas">{BODY}</section>
<section class="footer-cta"><h2>Subscribe</h2><form data-members-form="subscribe"><input type="email" /></form></section></article></main></div>
<aside class="read-more-wrap outer"><div class="read-more inner"><article class="post-card post"><a class="post-card-content-link" href="/cups/"><h2 class="post-card-title">Ten Cups</h2></a><div class="post-card-excerpt">They hold less than eleven, which is the whole point of a cup.</div></article></div></aside>
<footer class="site-footer outer"><div class="inner"><section class="copyright"><a href="https://towpath.example">Towpath Tea</a> &copy; 2021</section></div></footer></div></body></html>"""


def substack() -> str:
    """A post of a newsletter, as Substack writes it, with the discussion below."""
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title data-rh="true">Nine Teapots - by Ada Marsh - Towpath Tea</title>
<meta data-rh="true" property="og:title" content="Nine Teapots"><meta data-rh="true" property="og:image" content="https://cdn.example/pot.png"><meta name="author" content="Ada Marsh">
<script type="application/ld+json" data-rh="true">{{"@context":"https://schema.org","@type":"NewsArticle","url":"https://towpath.example/p/teapots","mainEntityOfPage":"https://towpath.example/p/teapots","headline":"Nine Teapots","description":"On spouts.","image":[{{"@type":"ImageObject","url":"https://cdn.example/pot.png"}}],"datePublished":"2021-05-03T10:00:00+02:00","dateModified":"2021-05-03T10:00:00+02:00","isAccessibleForFree":true,"author":[{{"@type":"Person","name":"Ada Marsh","url":"https://substack.example/@ada","identifier":"user:4"}}],"publisher":{{"@type":"Organization","name":"Towpath Tea"}}}}</script></head>
<body class=""><div id="entry"><div id="main" class="main typography use-theme-bg"><div class="pencraft topbar-replacement"><div class="main-menu"><div class="topbar"><h1 class="name"><a href="/">Towpath Tea</a></h1></div></div></div>
<div class="single-post-container"><div class="container"><div class="single-post"><article class="typography newsletter-post post">
<div role="region" aria-label="Post header" class="post-header"><h1 dir="auto" class="post-title published">Nine Teapots</h1><h3 dir="auto" class="subtitle">On spouts and their cups.</h3><div class="byline-wrapper"><a href="https://substack.example/@ada">Ada Marsh</a><div>May 03, 2021</div></div></div>
<div class="visibility-check"></div><div class="available-content"><div dir="auto" class="body markup">{BODY}
<div class="subscription-widget-wrap"><div class="subscription-widget show-subscribe"><div class="preamble"><p class="cta-caption">Thanks for reading. Subscribe for free.</p></div><form class="subscription-widget-subscribe"><input type="email"></form></div></div></div></div>
<div class="post-footer"><a class="post-ufi-button" href="https://towpath.example/p/teapots/comments">3</a></div></article></div>
<div class="comments-page" id="discussion"><div class="container"><h4>Discussion about this post</h4><div class="comment-list-container"><div class="comment-list">{_SUBSTACK_COMMENTS}</div></div></div></div></div></div>
<div class="footer-wrap publication-footer"><div class="footer"><div class="footer-blurb">© 2021 Ada Marsh</div></div></div></div></div></body></html>"""


def _substack_comment(number: int, name: str, text: str, inner: str = "") -> str:
    return f"""<div class="comment"><div id="comment-{number}" class="comment-anchor"></div><div class="comment-content"><table class="comment-content" role="presentation"><tbody><tr>
<td class="comment-head"><a href="https://substack.example/profile/{number}"><div class="profile-img-wrap"><img src="https://cdn.example/avatar{number}.png" alt="{name}"></div></a></td>
<td class="comment-rest"><div class="comment-meta"><span class="commenter-name"><a href="https://substack.example/profile/{number}">{name}</a></span><span><a class="comment-timestamp" href="https://towpath.example/p/teapots/comment/{number}" title="May 4, 2021, 9:00 AM">May 4, 2021</a></span></div>
<div class="comment-body"><p><span>{text}</span></p></div><div class="comment-actions"><span><a>Reply</a></span></div></td></tr></tbody></table></div>
<div class="comment-list"><div class="comment-list-items">{inner}</div></div></div>"""


_SUBSTACK_COMMENTS = _substack_comment(
    41,
    "Ben Ford",
    'Mine <a href="https://drip.example/">drips</a>.',
    _substack_comment(42, "Ada Marsh", "Turn it."),
) + _substack_comment(43, "Dot", "Ten.")


def news() -> str:
    """A news site: JSON-LD with an @graph, a share bar by address, cards of other pages, a note on cookies."""
    return f"""<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>Nine Teapots | The Reed Daily</title>
<meta property="og:title" content="Nine Teapots, and why eight of them leak"><meta property="og:site_name" content="The Reed Daily"><meta property="og:image" content="https://news.example/img/pot.jpg">
<meta name="news_keywords" content="spouts, tea">
<script type="application/ld+json">{{"@context":"https://schema.org","@graph":[{{"@type":"NewsMediaOrganization","@id":"https://news.example/#org","name":"The Reed Daily","url":"https://news.example/"}},
{{"@type":"Person","@id":"https://news.example/by/ada-marsh","name":"Ada Marsh","url":"https://news.example/by/ada-marsh"}},
{{"@type":"NewsArticle","@id":"https://news.example/2021/teapots#article","url":"https://news.example/2021/teapots","headline":"Nine Teapots","alternativeHeadline":"x","datePublished":"2021-05-03T09:00:00+01:00","dateModified":"2021-05-04T09:00:00+01:00","articleSection":["Culture"],"keywords":["spouts","tea"],"author":[{{"@id":"https://news.example/by/ada-marsh"}},{{"@type":"Organization","name":"Reed Desk"}}],"publisher":{{"@id":"https://news.example/#org"}},"image":{{"@type":"ImageObject","url":"https://news.example/img/pot.jpg"}},"license":"https://creativecommons.org/licenses/by-nd/4.0/","inLanguage":"en-GB",
"comment":[{{"@type":"Comment","@id":"https://news.example/2021/teapots#comment-41","text":"<p>Mine <a href='https://drip.example/'>drips</a>.</p>","dateCreated":"2021-05-04T09:00:00Z","author":{{"@type":"Person","name":"Ben Ford"}},"comment":[{{"@type":"Comment","identifier":42,"text":"Turn it.","dateCreated":"2021-05-04T09:00:00Z","author":{{"@type":"Person","name":"Ada Marsh","url":"https://news.example/by/ada-marsh"}}}}]}},{{"@type":"Comment","identifier":"43","text":"Ten.","dateCreated":"2021-05-05T07:30:00Z","author":"Dot"}}]}}]}}</script></head>
<body><div id="onetrust-consent-sdk"><div role="alertdialog" aria-label="Cookies"><p>We and our partners store cookies on your device.</p><button>Accept</button></div></div>
<header class="masthead"><a href="/">The Reed Daily</a><nav aria-label="Sections"><a href="/culture">Culture</a></nav></header>
<main><article itemscope itemtype="https://schema.org/NewsArticle"><header><h1 itemprop="headline">Nine Teapots</h1><p class="standfirst">On spouts and their cups.</p>
<p class="byline">By <a href="/by/ada-marsh" rel="author">Ada Marsh</a> and Reed Desk</p><time datetime="2021-05-03T09:00:00+01:00">3 May 2021</time>
<div class="tools-x"><span>Share</span><ul><li><a href="https://www.facebook.com/sharer/sharer.php?u=x">Facebook</a></li><li><a href="https://twitter.com/intent/tweet?url=x">Twitter</a></li><li><a href="mailto:?subject=x">Email</a></li></ul></div></header>
<div class="article-body" itemprop="articleBody">{BODY.replace("</p>", "</p>", 1)}<aside class="related-articles"><h2>More on this</h2><ul><li><a href="/2020/cups">Ten Cups</a></li></ul></aside></div></article>
<section class="recommended-articles"><h2>Most read</h2><article><a href="/2020/kettles"><h3>Kettles</h3></a><p>They whistle at noon and at no other hour, whatever the almanac says of it.</p></article></section></main>
<aside class="sidebar"><p>Weather: rain on the towpath, and a good deal of it, until the ferry has come back from Reed.</p></aside>
<footer><p>© The Reed Daily 2021. Printed on the towpath, delivered by boat to every lock between Reed and the sea.</p></footer></body></html>"""


def mastodon() -> str:
    """A status with the statuses that answer it, as Mastodon 3 writes it: h-entry and h-cite."""
    return f"""<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>Ada Marsh: "Nine teapots" - Reed Social</title><meta content='Reed Social' property='og:site_name'><meta content='article' property='og:type'>
<meta content='Ada Marsh (@ada@social.example)' property='og:title'></head>
<body class='with-modals theme-default no-reduce-motion'><div class='public-layout'><div class='container'><nav class='header'><div class='nav-left'><a class='brand' href='https://social.example/'>Reed Social</a></div></nav></div>
<div class='container'><div class='grid'><div class='column-0'><div class='activity-stream h-entry'>
<div class='entry entry-center'><div class='detailed-status detailed-status--flex'>
<div class='p-author h-card'><a class='detailed-status__display-name u-url' rel='noopener' href='https://social.example/@ada'><div class='detailed-status__display-avatar'><img alt='' class='account__avatar u-photo' src='https://social.example/avatars/ada.png'></div><span class='display-name'><bdi><strong class='display-name__html p-name emojify'>Ada Marsh</strong></bdi><span class='display-name__account'>@ada@social.example</span></span></a></div>
<div class='status__content emojify'><div class='e-content' lang='en'>{BODY}</div></div>
<div class='detailed-status__meta'><data class='dt-published' value='2021-05-03T08:00:00+00:00'></data><a class='detailed-status__datetime u-url u-uid' href='https://social.example/@ada/9'><time class='formatted' datetime='2021-05-03T08:00:00Z' title='2021-05-03T08:00:00Z'>May 03, 2021, 08:00</time></a></div></div></div>
{_MASTODON_REPLIES}
</div></div></div></div>
<div class='container'><div class='footer'><a href='https://social.example/about'>About</a></div></div></div></body></html>"""


def _mastodon_reply(number: int, name: str, slug: str, time: str, text: str) -> str:
    return f"""<div class='entry entry-reply'><div class='status u-comment h-cite' data-id='{number}'><div class='status__info'><data class='dt-published' value='{time}'></data><a class='status__relative-time u-url u-uid' href='https://social.example/@{slug}/{number}'><time class='time-ago' datetime='{time}' title='{time}'>{time}</time></a>
<div class='p-author h-card'><a class='status__display-name u-url' href='https://social.example/@{slug}'><div class='status__avatar'><img alt='' class='u-photo account__avatar' src='https://social.example/avatars/{slug}.png'></div><span class='display-name'><bdi><strong class='display-name__html p-name emojify'>{name}</strong></bdi> <span class='display-name__account'>@{slug}</span></span></a></div></div>
<div class='status__content emojify'><div class='e-content' lang='en'><p>{text}</p></div></div></div></div>"""


_MASTODON_REPLIES = (
    _mastodon_reply(
        41, "Ben Ford", "ben", "2021-05-04T09:00:00Z", 'Mine <a href="https://drip.example/">drips</a>.'
    )
    + _mastodon_reply(42, "Ada Marsh", "ada", "2021-05-04T09:00:00Z", "Turn it.")
    + _mastodon_reply(43, "Dot", "dot", "2021-05-05T07:30:00Z", "Ten.")
)
