from tests.pages import PageClient


def test_the_start_page_welcomes_visitors(client: PageClient) -> None:
    assert client.get("/").status_code == 200


def test_the_company_s_colour_is_a_stylesheet_that_may_be_cached(client: PageClient) -> None:
    response = client.get("/brand.css")
    assert response.mimetype == "text/css"
    assert "--brand: #1f5eff" in response.text
    assert response.cache_control.max_age == 3600
